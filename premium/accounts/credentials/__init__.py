"""Credentials: tokens verified, API keys made, and both led to a user. Nothing here reads a store or a clock."""
