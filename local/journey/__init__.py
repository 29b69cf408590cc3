"""One user's way through the platform over its public APIs.

`make demo` and the e2e tests walk it.
"""
