"""Rows of the neutral JSON on their way to transactions: rows, their kinds, their fields."""
