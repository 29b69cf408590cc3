"""Figures of use: `month` sums up and projects."""
