"""Tells tokens that bait their holder from others, by evidence alone."""
