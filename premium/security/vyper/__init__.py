"""Vyper's syntax trees in the shape of Solidity's, so that the same rules judge both."""
