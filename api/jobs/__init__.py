"""Work that needs both the domain and labels, done by the worker."""
