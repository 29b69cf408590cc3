"""Stores of how far work by itself has come: touches and back-fills."""
