"""Printers of an enterprise: resolution, kind of file, and how far each is off."""
