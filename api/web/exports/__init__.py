"""The desks' lists as tables to keep: what each says, and how it is read. Drawn by the web process and by the worker."""
