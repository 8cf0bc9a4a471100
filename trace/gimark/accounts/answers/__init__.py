"""Answers to requests that made something, kept so that a repeated request is answered as it was."""
