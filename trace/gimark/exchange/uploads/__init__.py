"""Uploads: a workbook of batches that a producer sent, and what became of each of its rows."""
