"""Notices to the public, in plain text."""
