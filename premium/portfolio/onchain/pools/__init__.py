"""Readers of shares and positions in pools: what leaving them pays."""
