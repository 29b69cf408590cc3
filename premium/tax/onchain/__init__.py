"""Read a wallet's history from a chain's nodes.

`wallet` asks for everything; `coin` finds the blocks of the native coin, `logs` the tokens, and `movements` makes
neutral rows of both.
"""
