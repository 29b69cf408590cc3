"""Computes portfolios: what to read, the snapshot of what was read, and returns between snapshots."""
