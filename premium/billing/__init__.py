"""Subscriptions: who pays, and what that allows.

Engine rooms, pure: `signatures` (whether a webhook is the provider's), `subscription` (what events of any order leave),
and `cases`, which reads the files of the offline commands.
"""
