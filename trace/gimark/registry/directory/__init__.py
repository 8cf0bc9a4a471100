"""The public register (公示名录): who may use which right, and what became of it."""
