"""Faults of Solidity sources, found in the compiler's own tree of them."""
