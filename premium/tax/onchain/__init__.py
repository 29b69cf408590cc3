"""Writes what a wallet moved on a chain as neutral rows."""
