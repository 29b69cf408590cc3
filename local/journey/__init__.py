"""Walk one user's journey through the platform over its public APIs.

`make demo` and the e2e tests walk it.
"""
