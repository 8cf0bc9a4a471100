"""The `gimark` command line: thin, every rule lives in the domain. Modules are imported when a command runs."""
