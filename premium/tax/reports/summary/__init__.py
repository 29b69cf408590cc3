"""Compose the summary that a client keeps beside a return."""
