"""Measure a token by trading it, as a plain account in transactions of its own.

`venues` are the pools and how one trades there, `pools` their formulas, `bench` runs programs of blocks upon a node,
`measure` says what was paid and got. Security judges by it; trading finds tokens that tax.
"""
