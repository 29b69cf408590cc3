"""Shows of what the platform does, step by step, with proofs."""

from local.show.accounts import show_accounts
from local.show.console import show_console
from local.show.gas import show_gas
from local.show.portfolio import show_portfolio
from local.show.security import show_security
from local.show.tax import show_tax

SHOWS = {
    "accounts": show_accounts,
    "console": show_console,
    "gas": show_gas,
    "portfolio": show_portfolio,
    "security": show_security,
    "tax": show_tax,
}
"""By the name that `make show NAME=…` gives."""
