"""Rebuilds what a portfolio was worth before its first snapshot.

`timeline` closes the equation from nothing to the first reading and names what it cannot tell; `days` values each day;
`model` holds both.
"""
