"""Stores, chains and wallets of the show alone, which the stage does not read.

The platform's own functions and jobs run over them in this process.
"""
