"""Access keys: what a program shows instead of a password, for some of its owner's permissions and for a time."""
