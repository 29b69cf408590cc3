"""Answer the cases of `premium portfolio reconcile`."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from premium.cases import CaseError, Kind
from premium.money import EXACT, from_base_units, plain
from premium.portfolio.flows.asked import Reconcile
from premium.portfolio.flows.coins import coins
from premium.portfolio.flows.equation import Flow, Reconciled, Told, reconcile
from premium.portfolio.flows.moves import readings, transactions

_ROUNDING = Context(prec=400, rounding=ROUND_HALF_EVEN)
_PLACES = Decimal("1E-8")
_NOT_MOVED = frozenset({"phantom"})


def _answer(case: Reconcile) -> Mapping[str, Any]:
    wallets = frozenset(case.wallets)
    opening = readings(case.opening, "opening", wallets)
    closing = readings(case.closing, "closing", wallets)
    done = transactions(case.transactions)
    told = Told(
        wallets=wallets,
        opening=opening,
        closing=closing,
        transactions=done,
        coins=coins(case, done, opening, closing),
        rebasing=frozenset(case.rebasing),
    )
    found = reconcile(told)
    prices = _Prices(case)
    return {
        "flows": [_flow(flow, prices) for flow in found.flows],
        "equation": _equation(found),
        "closes": not any(row.unexplained for row in found.rows.values()),
        "outside": [
            {"tx": flow.done.tx if flow.done else None, "index": flow.place, "wallet": flow.wallet,
             "asset": flow.asset, "units": str(flow.units), "why": flow.kind}
            for flow in found.outside
        ] + [
            {"tx": each.tx, "index": None, "wallet": each.sender, "asset": None, "units": str(-each.gas_paid),
             "why": "no_coin"}
            for each in done.values()
            if each.gas_paid and each.sender in wallets and each.tx not in told.coins
        ],
    }  # fmt: skip


def _flow(flow: Flow, prices: _Prices) -> dict[str, Any]:
    at = flow.done.at.at if flow.done and flow.done.at else None
    tx = flow.done.tx if flow.done else None
    usd = None if flow.kind in _NOT_MOVED else prices.usd(flow.asset, flow.units, at, at_end=flow.done is None)
    return {"tx": tx, "index": flow.place, "wallet": flow.wallet, "asset": flow.asset, "units": str(flow.units),
            "kind": flow.kind, "usd": None if usd is None else plain(usd), "group": tx}  # fmt: skip


def _equation(found: Reconciled) -> list[dict[str, str]]:
    return [
        {"wallet": wallet, "asset": asset, "opening": str(row.opening), "in": str(row.came), "out": str(row.went),
         "gas": str(row.gas), "income": str(row.income), "unexplained": str(row.unexplained),
         "closing": str(row.closing)}
        for (wallet, asset), row in found.rows.items()
    ]  # fmt: skip


class _Prices:
    """The price of an asset at a time: the newest by then; one without a time holds always."""

    def __init__(self, case: Reconcile) -> None:
        self._decimals = case.token_decimals
        self._always: dict[str, Decimal] = {}
        self._timed: defaultdict[str, list[tuple[datetime, Decimal]]] = defaultdict(list)
        for number, row in enumerate(case.prices):
            if row.at is not None:
                self._timed[row.asset].append((row.at.at, row.usd))
            elif self._always.setdefault(row.asset, row.usd) != row.usd:
                raise CaseError("conflict", f"prices.{number}: two prices of one asset differ, and have no time")
        for series in self._timed.values():
            series.sort()

    def usd(self, asset: str, units: int, at: datetime | None, *, at_end: bool) -> Decimal | None:
        """Return dollars to 8 places, None without a scale or a price by then."""
        price = self._price(asset, at, at_end=at_end)
        if price is None or asset not in self._decimals:
            return None
        exact = EXACT.multiply(from_base_units(units, self._decimals[asset]), price)
        return exact.quantize(_PLACES, context=_ROUNDING)

    def _price(self, asset: str, at: datetime | None, *, at_end: bool) -> Decimal | None:
        series = self._timed.get(asset, [])
        if series and at_end:
            return series[-1][1]
        if series and at is not None:
            known = bisect_right(series, at, key=lambda priced: priced[0])
            if known:
                return series[known - 1][1]
        return self._always.get(asset)


KINDS: tuple[Kind, ...] = (Kind("reconcile", frozenset(), Reconcile, _answer),)
