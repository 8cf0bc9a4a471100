"""Enterprises that may be authorised to use a right."""
