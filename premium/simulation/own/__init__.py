"""A node of our own, gone with its process, for what a file states."""
