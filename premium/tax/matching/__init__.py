"""Methods that match by day, or draw from pools instead of lots."""
