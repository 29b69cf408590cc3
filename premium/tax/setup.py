"""The setup of one calculation: rules, method, lot scope, calendar and currency."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from premium.errors import InvalidInput, Unprocessable
from premium.refusals import shown
from premium.tax.days import Calendar, memo
from premium.tax.model import Remark
from premium.tax.rules.base import LEGAL_TENDER, PER_WALLET_FROM, TRANSITION, Jurisdiction
from premium.tax.rules.methods import LOT_METHODS, disallowed, method_of, working_scope
from premium.tax.rules.registry import jurisdiction
from premium.zones import zone_of

_CODE = re.compile(r"[A-Za-z0-9]{2,12}")
BUSINESS = "business"
FOREIGN_MONEY = ("personal", BUSINESS)
UNIVERSAL_TOO_LATE = "United States does not allow universal lots from 2025-01-01 on (Rev. Proc. 2024-28): per_wallet"


@dataclass(frozen=True, kw_only=True)
class Setup:
    """What one calculation rests on, checked against the jurisdiction's rules."""

    rules: Jurisdiction
    method: str
    scope: str
    calendar: Calendar
    currency: str
    money: frozenset[str]
    """What is money here and no asset: the report's currency; for France any legal tender (art. 150 VH bis)."""
    tender: frozenset[str] = LEGAL_TENDER
    """Any country's money: what is not `money` pays at its value of the day, and has no lots either."""
    own_days: bool = True
    """False where the law counts the taxpayer's own days and nobody said which: they are taken as UTC's."""
    personal_money: bool = True
    """US: whether foreign money is spent personally, so that small gains on it do not count (IRC § 988(e))."""
    personal_money_stated: bool = False
    """Whether somebody said so."""
    strict: bool = False
    until: int | None = None
    """Last local day whose holdings are reported; None is the history's end."""
    allocation: Mapping[str, Any] | None = None
    """US: the safe-harbour allocation of Rev. Proc. 2024-28, as the input states it."""
    long_from: Callable[[int], int] = field(default=int)
    universal_ends: int | None = None
    """Instant from which the universal lots that are asked for are not allowed."""
    remarks: tuple[Remark, ...] = ()

    @property
    def lot_method(self) -> bool:
        """Whether disposals name lots, and so have a term."""
        return self.method in LOT_METHODS or self.method == "ie_fifo_four_week"

    @property
    def stored_scope(self) -> str:
        """The scope in the format's words.

        The US default is per wallet from 2025 on.
        """
        return "per_wallet" if self.scope == TRANSITION else self.scope

    @property
    def own_currency(self) -> bool:
        """Whether values are in the jurisdiction's currency.

        In another its allowances, limits and thresholds would be other amounts: they are left out.
        """
        return self.rules.any_currency or self.currency == self.rules.currency

    @property
    def national(self) -> bool:
        """Whether the lines of the country's return can be made: they rest on its amounts."""
        return self.own_currency or not self.rules.yearly_amounts

    @property
    def universal_too_late(self) -> bool:
        """Whether the report goes beyond the day on which universal lots end."""
        return self.universal_ends is not None and self.until is not None and self.until >= PER_WALLET_FROM


def setup_of(
    code: str,
    *,
    method: str | None = None,
    scope: str | None = None,
    currency: str | None = None,
    time_zone: str | None = None,
    foreign_money: Any = None,
    strict: bool = False,
    until_tax_year: int | None = None,
    allocation: Mapping[str, Any] | None = None,
) -> Setup:
    """Return the setup of a jurisdiction by its code.

    InvalidInput for unknown words; Unprocessable, when strict, for what the jurisdiction does not allow.
    """
    rules = jurisdiction(code)
    code = (currency or rules.currency).strip()
    chosen = method_of(method, rules)
    scope = None if scope is None else scope.strip().lower().replace("-", "_")
    remarks = disallowed(chosen, scope, rules)
    if strict and remarks:
        raise Unprocessable(remarks[0].message, details={"method": chosen, "allowed": ", ".join(rules.methods)})
    scope = working_scope(scope, chosen, rules, allocated=allocation is not None)
    if not _CODE.fullmatch(code):
        raise InvalidInput.about("currency", f"not a currency's code, such as EUR: {shown(code)}")
    _check_foreign_money(foreign_money, rules)
    calendar = Calendar(zone_of(time_zone or rules.zone), starts=rules.year_starts)
    ends = rules.default_scope == TRANSITION and scope == "universal"
    own = frozenset({code.upper()})
    if code.upper() != rules.currency and not rules.any_currency:
        remarks = (*remarks, _foreign(code.upper(), rules))
    return Setup(
        rules=rules,
        method=chosen,
        scope=scope,
        calendar=calendar,
        currency=code.upper(),
        money=LEGAL_TENDER | own if chosen == "fr_portfolio" else own,
        tender=LEGAL_TENDER | own,
        own_days=time_zone is not None or rules.westmost is None,
        personal_money=foreign_money != BUSINESS,
        personal_money_stated=foreign_money is not None,
        strict=strict,
        until=None if until_tax_year is None else calendar.last_day(until_tax_year),
        allocation=allocation,
        long_from=memo(rules.long_from),
        universal_ends=calendar.start_of(PER_WALLET_FROM) if ends else None,
        remarks=remarks,
    )


def _check_foreign_money(stated: Any, rules: Jurisdiction) -> None:
    if stated is None:
        return
    if stated not in FOREIGN_MONEY:
        raise InvalidInput.about("foreign_money", f"must be personal or business; given {shown(stated)}")
    if rules.currency_gains.treatment != "small_exempt":
        raise InvalidInput.about("foreign_money", f"{rules.name} does not ask what foreign money was spent for")


def _foreign(currency: str, rules: Jurisdiction) -> Remark:
    """Say what a report in another currency than its country's cannot be used for."""
    names = " and ".join(name.replace("_", " ") for name in rules.yearly_amounts)
    left_out = f": {names} and the lines of the return are left out" if names else ", and its forms are left out"
    text = f"this report is in {currency}, a return of {rules.name} is in {rules.currency}{left_out}"
    return Remark("other_currency", None, f"{text}; a report in {rules.currency} has them")
