"""Prices that a chain tells itself: its pools, and its feeds."""
