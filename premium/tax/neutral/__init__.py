"""Rows of the neutral JSON, read as transactions."""
