"""What runs over all portfolios cost.

Also whether a fleet of workers has the time for them.
"""
