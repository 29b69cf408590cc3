"""Judge whether a webhook was signed by its provider, as the provider's own library judges.

`judge(provider, …)` is the door; `stripe` and `paddle` read the two headers. The providers' libraries are not imported:
one alone takes a function longer to load than a request may last. Tests compare the verdicts with theirs.
"""
