"""Labels: values in, bytes out. No database, no web, no clock, and nothing of gimark."""
