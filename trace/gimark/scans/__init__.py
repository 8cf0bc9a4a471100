"""What a look-up says and what is kept of it: verdicts, the snapshot, the scan recorder."""
