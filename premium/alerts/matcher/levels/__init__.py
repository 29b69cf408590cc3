"""Levels of series: the newest value of each, and the history for late events."""
