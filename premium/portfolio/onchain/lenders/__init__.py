"""Readers of loans: what was supplied, what is owed, how far it is covered."""
