"""Authorizations: an enterprise's permission to use one right."""
