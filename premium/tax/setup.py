"""What one calculation runs under, and the refusals of what a jurisdiction does not allow."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from premium.errors import InvalidInput, Unprocessable
from premium.tax.days import Calendar, memo
from premium.tax.model import Remark
from premium.tax.rules.base import TRANSITION, Jurisdiction
from premium.tax.rules.methods import ALIASES, LOT_METHODS, METHODS, POOLED, SCOPES
from premium.tax.rules.registry import jurisdiction

_CODE = re.compile(r"[A-Za-z0-9]{2,12}")


@dataclass(frozen=True, kw_only=True)
class Setup:
    """Rules, method, scope and calendar of a calculation; `until` is the last local day that holdings are told of."""

    rules: Jurisdiction
    method: str
    scope: str
    calendar: Calendar
    currency: str
    strict: bool = False
    until: int | None = None
    allocation: Mapping[str, Any] | None = None
    """US: the safe-harbour allocation of Rev. Proc. 2024-28, as the input states it."""
    long_from: Callable[[int], int] = field(default=int)
    notices: tuple[Remark, ...] = ()

    @property
    def lot_method(self) -> bool:
        return self.method in LOT_METHODS or self.method == "ie_fifo_four_week"

    @property
    def stored_scope(self) -> str:
        """The scope in the format's words: the US default is per wallet from 2025 on."""
        return "per_wallet" if self.scope == TRANSITION else self.scope


def setup(
    code: str,
    *,
    method: str | None = None,
    scope: str | None = None,
    currency: str | None = None,
    time_zone: str | None = None,
    strict: bool = False,
    until_tax_year: int | None = None,
    allocation: Mapping[str, Any] | None = None,
) -> Setup:
    """InvalidInput for unknown words; Unprocessable, when strict, for what the jurisdiction does not allow."""
    rules = jurisdiction(code)
    chosen = _method(method, rules)
    calendar = _calendar(time_zone or rules.zone, rules)
    scope = None if scope is None else scope.strip().lower().replace("-", "_")
    notices = _disallowed(rules, chosen, scope)
    if strict and notices:
        raise Unprocessable(notices[0].message, details={"method": chosen, "allowed": ", ".join(rules.methods)})
    return Setup(
        rules=rules,
        method=chosen,
        scope=_scope(scope, chosen, rules, allocation),
        calendar=calendar,
        currency=_currency(currency or rules.currency),
        strict=strict,
        until=None if until_tax_year is None else calendar.last_day(until_tax_year),
        allocation=allocation,
        long_from=memo(rules.long_from),
        notices=notices,
    )


def _method(method: str | None, rules: Jurisdiction) -> str:
    if method is None:
        return rules.methods[0]
    wanted = method.strip().lower().replace("-", "_")
    wanted = ALIASES.get(wanted, wanted)
    if wanted not in METHODS:
        known = ", ".join(METHODS)
        raise InvalidInput(f"unknown method {method[:40]!r}; known are {known}", details={"method": known})
    return wanted


def _currency(code: str) -> str:
    if not _CODE.fullmatch(code.strip()):
        raise InvalidInput(f"not a currency's code: {code[:40]!r}", details={"currency": "a code such as EUR"})
    return code.strip().upper()


def _scope(scope: str | None, method: str, rules: Jurisdiction, allocation: Mapping[str, Any] | None) -> str:
    """The scope that the method works in; a pooled method's `universal` is its one pool."""
    if scope is not None and scope not in SCOPES:
        raise InvalidInput(f"unknown lot scope {scope[:40]!r}; known are {', '.join(SCOPES)}")
    if method == "fr_portfolio":
        return "portfolio"
    if method in POOLED:
        return "per_wallet" if scope == "per_wallet" and not method.startswith("section") else "pool"
    if scope == "per_wallet" and allocation is not None and rules.default_scope is not None:
        # What a universal pool left is allocated to wallets: until then it was universal.
        return rules.default_scope
    if scope in ("universal", "per_wallet"):
        return scope
    if scope is None and rules.default_scope is not None:
        return rules.default_scope
    return "per_wallet" if rules.scopes[0] == "per_wallet" else "universal"


def _calendar(zone: str, rules: Jurisdiction) -> Calendar:
    try:
        return Calendar(zone, starts=rules.year_starts)
    except (KeyError, ValueError, OSError):
        raise InvalidInput(f"unknown time zone {zone[:60]!r}", details={"time_zone": "an IANA name"}) from None


def _disallowed(rules: Jurisdiction, method: str, scope: str | None) -> tuple[Remark, ...]:
    found = []
    if method not in rules.methods:
        allowed = ", ".join(rules.methods)
        text = f"{rules.name} does not allow the method {method}; allowed: {allowed}"
        found.append(Remark("method_not_allowed", None, text))
    if scope is not None and scope not in rules.scopes and not _same_scope(scope, rules):
        text = f"{rules.name} does not allow the lot scope {scope}; allowed: {', '.join(rules.scopes)}"
        found.append(Remark("lot_scope_not_allowed", None, text))
    return tuple(found)


def _same_scope(scope: str, rules: Jurisdiction) -> bool:
    one_queue = {"universal", "pool", "portfolio"}
    return scope in one_queue and rules.scopes[0] in one_queue
