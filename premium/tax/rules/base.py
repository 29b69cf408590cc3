"""A jurisdiction's declared rules, which engines read: a country is data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from premium.tax.days import day_of, year_later
from premium.tax.rules.conversions import Conversions
from premium.tax.rules.currencies import UNRULED, CurrencyRule
from premium.tax.rules.receipts import Receipts

TRANSITION = "transition"
"""Lot scope of the US by default: universal until 2024, a queue a wallet from 2025-01-01."""
PER_WALLET_FROM = day_of(date(2025, 1, 1))
"""First local day of lots by wallet (Rev. Proc. 2024-28)."""
LEGAL_TENDER = frozenset((
    "USD", "EUR", "GBP", "CAD", "AUD", "JPY", "CHF", "NZD", "SEK", "NOK", "DKK",
    "PLN", "CZK", "HUF", "SGD", "HKD", "BRL", "MXN", "KRW", "INR", "ZAR", "TRY",
    "AED", "ARS", "BGN", "CLP", "CNY", "COP", "EGP", "HRK", "IDR", "ILS", "ISK", "KWD", "KZT", "MYR", "NGN", "PHP",
    "PKR", "QAR", "RUB", "SAR", "THB", "TWD", "UAH", "VND",
))  # fmt: skip
"""Currencies that exports name; without those whose code is a coin's as well (RON is Ronin, MNT is Mantle)."""


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """Declared rules of one country; amounts are in `currency`."""

    code: str
    name: str
    currency: str
    any_currency: bool = False
    """Rules of no country: the currency is a default alone."""
    zone: str
    westmost: str | None = None
    """Where tax days are the taxpayer's own: the zone of the country that is furthest behind UTC."""
    year_starts: tuple[int, int] = (1, 1)
    """Month and day on which a tax year starts."""
    methods: tuple[str, ...]
    """Allowed methods, the default first."""
    scopes: tuple[str, ...]
    """Allowed lot scopes, the default first."""
    default_scope: str | None = None
    """Where the default is not one that can be asked for (US: the transition of 2025)."""
    long_from: Callable[[int], int] = year_later
    """First local day on which a lot acquired on a day is long-term."""
    long_is_free: bool = False
    """Gains and losses of what is long-term do not count at all (Germany)."""
    gifts_received: Literal["donor", "market", "either"] = "market"
    """What a gift received costs: the donor's basis (and date), its market value, or the donor's where it is stated."""
    gift_loss_basis: bool = False
    """For a loss the lower value at the gift counts (IRC § 1015(a))."""
    gifts_at_market: bool = False
    """A gift sent is a disposal at market value by law, unless to a spouse."""
    losses_deductible: bool = False
    """What is lost or stolen is a disposal without proceeds; else it only leaves."""
    conversions: Conversions = field(default_factory=dict)
    """How wrapping, bridging, pools and loans are taxed, by kind.

    A kind without a row is a disposal.
    """
    receipts: Receipts = field(default_factory=dict)
    """How forks, airdrops, rewards and the like are taken, by kind; a kind without a row is income."""
    currency_gains: CurrencyRule = UNRULED
    """How gains on foreign money are taken."""
    superficial_days: int | None = None
    """Canada: days before and after a sale at a loss in which an acquisition denies it."""
    inclusion_rate: Decimal | None = None
    """Part of a net gain that is taxed (Canada)."""
    discount_rate: Decimal | None = None
    """Part of a discount gain that is not taxed (Australia)."""
    yearly_amounts: Mapping[str, Mapping[int, Decimal]] = field(default_factory=dict)
    """By name (annual_exempt_amount, freigrenze, threshold) and first year of validity."""
    documents: tuple[str, ...] = ("summary_pdf", "summary_csv", "disposals_csv", "audit_csv", "result_json")
    """Formats of `premium.tax.reports` that a report consists of, the main one first."""
    source: str = ""
    """Where the rules stand written."""

    @property
    def loans_at_market(self) -> bool:
        """Whether what is given back of a loan is a disposal at market value."""
        return "loan" in self.conversions and self.conversions["loan"].treatment == "market"

    def period(self, year: int) -> tuple[date, date]:
        """Return the first and the last day of a tax year."""
        return date(year, *self.year_starts), date(year + 1, *self.year_starts) - timedelta(days=1)

    def year_name(self, year: int) -> str:
        """Return a tax year's name: `2024`, or `2024-25` where it is not the calendar's."""
        return str(year) if self.year_starts == (1, 1) else f"{year}-{(year + 1) % 100:02d}"

    def moves(self, kind: str) -> bool:
        """Tell whether a richer kind is no disposal here: the basis moves on."""
        return kind in self.conversions and self.conversions[kind].treatment == "moves"

    def amount_of(self, name: str, year: int) -> Decimal | None:
        """Return the yearly amount in force in a tax year, or None."""
        table = self.yearly_amounts.get(name, {})
        valid = [first for first in table if first <= year]
        return table[max(valid)] if valid else None
