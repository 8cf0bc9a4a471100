"""The public ledger: a C2SP tiled log that every official act is appended to in its own transaction."""
