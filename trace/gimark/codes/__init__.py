"""Codes, pure: identifiers, serials, tokens, URIs, the commitment to a run, and offline verification."""
