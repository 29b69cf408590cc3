"""A wallet's own history, read from a node."""
