"""Batches and their volume balance."""
