"""The county that this installation serves."""
