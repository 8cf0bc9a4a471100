"""A running site over a small county."""

from tests.api.conftest import county, site

__all__ = ["county", "site"]
