"""Tokens, API keys, and the users that they belong to.

Nothing here knows a database: `callers.Users` is what it asks.
"""
