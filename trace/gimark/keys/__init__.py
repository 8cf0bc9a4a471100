"""Key files, signatures, signed notes, the published key set and status list."""
