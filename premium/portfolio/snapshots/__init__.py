"""Packs snapshots into lean rows, and rebuilds them.

A row holds what changed since the day's whole row; what follows from the rest is left out. Pure: the store keeps them.
"""
