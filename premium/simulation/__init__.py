"""Transactions tried out: on an EVM of our own, or on a node's state."""
