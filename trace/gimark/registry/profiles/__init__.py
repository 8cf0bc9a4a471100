"""County profiles: what a county enters before its first batch, as files. scripts/profiles/README.md has the format."""
