"""Tokens, API keys, and the users that they belong to.

Nothing here knows a database: `owners.Users` is what it asks.
"""
