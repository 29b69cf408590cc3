"""Shows of what the platform does, step by step, with proofs."""

from local.show.accounts import show_accounts
from local.show.portfolio import show_portfolio

SHOWS = {"accounts": show_accounts, "portfolio": show_portfolio}
"""By the name that `make show NAME=…` gives."""
