"""Logins by a password and by Google, for stages that have them.

Its door is `service.py`: `Passwords.of(platform)`, `GoogleLogins.of(platform)`. Wallets, sessions and second factors
are of `premium.accounts`, which it enters by its door.
"""
