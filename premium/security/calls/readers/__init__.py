"""Readers of known functions, a module a family: what each does with its arguments."""
