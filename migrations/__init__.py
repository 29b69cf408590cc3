"""The schemas of both databases, as plain SQL.

`python -m migrations up` brings them up to date.
"""
