"""Declared rules of jurisdictions, one module each, and the words for methods."""
