"""Reads all that a wallet moved on a chain: coin, tokens, gas and rollup fees.

`wallet` asks for everything; `coin` finds the blocks of the native coin, `logs` the tokens, `traces` what contracts
paid inside a transaction, and `movement` holds what was found.
"""
