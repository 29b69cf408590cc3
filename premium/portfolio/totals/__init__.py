"""Adds up what wallets hold and owe, and says what the total does not know.

Readings of chains and prices go in; every sum is that of its lines, and each line says whether it counts and why not.
A chain that failed keeps its part of the answer before. Rules: `docs/portfolio.md`.
"""
