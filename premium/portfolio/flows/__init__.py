"""Closes the balance equation of wallets between two readings, and names their flows.

For each wallet and asset, in base units: closing = opening + in - out - gas + income + unexplained. All but the last is
what the chain says; what it does not say is shown, and never becomes a gain or a deposit. Rules: `docs/portfolio.md`.
"""
