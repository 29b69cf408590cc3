"""Solana: accounts of coin, tokens and stakes, read at one slot by JSON-RPC.

`address`, `layouts`, `extensions` and `stakes` are pure.
"""
