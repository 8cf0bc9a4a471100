"""Issuing keys and key sets as official acts."""
