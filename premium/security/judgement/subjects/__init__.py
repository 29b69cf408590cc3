"""Answers about what is kept: addresses, contracts, approvals, and what changed."""
