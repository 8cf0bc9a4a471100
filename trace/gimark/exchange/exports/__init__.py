"""Exports: long lists that somebody asked for as a workbook, made by the worker and kept for a week."""
