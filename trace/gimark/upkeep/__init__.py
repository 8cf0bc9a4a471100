"""The installation's store as a whole: copied from database to database, kept in archives, brought to a new version."""
