"""The desks' lists as tables to keep: what each says and how it is read, for the web process and the worker."""
