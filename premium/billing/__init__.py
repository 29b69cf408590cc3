"""Subscriptions and usage: who pays, what that allows, how much was used.

Engine rooms, pure: `signatures` (whether a webhook is the provider's), `subscription` (what events of any order leave),
`usage` (the moving window and the levels of a quota), and `cases`, which reads the files of the offline commands.
"""
