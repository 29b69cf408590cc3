"""Fits an answer to the wallets that are watched now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from premium.money import EXACT, plain
from premium.portfolio.model import Status, Wallet, total
from premium.portfolio.totals.shares import shares

_BY_AGE = (Status.FRESH, Status.STALE, Status.UNAVAILABLE)
_PENDING = "added since: it is read with the next refresh"


def as_watched(answer: Mapping[str, Any], wallets: Sequence[Wallet], active: Collection[str]) -> dict[str, Any]:
    """Return the answer without wallets that are gone, and with the new ones as pending.

    What is pending opens both bounds, and makes the answer incomplete.
    """
    mine = {None, *(wallet.address for wallet in wallets)}
    fitted = part_of(answer, lambda row: row.get("wallet") in mine)
    known = {row["wallet"] for row in fitted["coverage"]}
    new = [wallet for wallet in wallets if wallet.address not in known]
    pending = [_pending(wallet.address, chain) for wallet in new for chain in wallet.chains or sorted(active)]
    if not pending:
        return fitted
    rows = sorted([*fitted["coverage"], *pending], key=lambda row: (row["wallet"], row["chain"] or ""))
    return fitted | {"coverage": rows, "complete": False, "bounds": {"low": None, "high": None}}


def _pending(wallet: str, chain: str) -> dict[str, Any]:
    return {"wallet": wallet, "chain": chain, "status": "pending", "at": None, "block": None, "reason": _PENDING,
            "tokens_from": None, "tokens_to": None}  # fmt: skip


def part_of(answer: Mapping[str, Any], keeps: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
    """Return the part of an answer whose rows are kept, with its sums.

    What was open stays open.
    """

    def mine(name: str) -> list[Any]:
        return [row for row in answer.get(name, ()) if keeps(row)]

    holdings, coverage, positions = mine("holdings"), mine("coverage"), mine("positions")
    if len(coverage) == len(answer.get("coverage", ())) and len(holdings) == len(answer["holdings"]):
        return dict(answer)
    signed = [_value(row) for row in holdings]
    assets, debts = total(v for v in signed if v > 0), total(v for v in signed if v < 0)
    doubts = [Decimal(row["uncertain_value_usd"]) for row in holdings]
    whole = EXACT.add(assets, debts)
    claimable = [row for row in holdings if row.get("state") == "claimable"]
    return dict(answer) | {
        **({"claimable_usd": plain(total(map(_value, claimable)))} if "claimable_usd" in answer else {}),
        "total_value_usd": plain(whole),
        "assets_usd": plain(assets),
        "debts_usd": plain(EXACT.minus(debts)),
        "locked_usd": plain(total(map(_value, _locked(holdings, positions)))),
        "uncertain_value_usd": plain(total(doubts)),
        "bounds": {
            "low": _end(answer, "low", whole, (doubt for doubt in doubts if doubt < 0)),
            "high": _end(answer, "high", whole, (doubt for doubt in doubts if doubt > 0)),
        },
        "holdings": holdings,
        "coverage": coverage,
        "positions": positions,
        "nfts": mine("nfts"),
        "findings": mine("findings"),
        "allocation": {name: _allocated(holdings, name, assets) for name in answer.get("allocation", ())},
    }


def _locked(holdings: Iterable[Mapping[str, Any]], positions: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    whole = {row["id"] for row in positions if row["locked"]}
    owned = [row for row in holdings if _value(row) > 0]
    return [row for row in owned if row.get("state", "locked" if row["position"] in whole else None) == "locked"]


def _value(row: Mapping[str, Any]) -> Decimal:
    return Decimal(row["value_usd"]) if row["counted"] and row["value_usd"] is not None else Decimal(0)


def _end(answer: Mapping[str, Any], name: str, whole: Decimal, doubts: Iterable[Decimal]) -> str | None:
    """What was open stays open, since nobody has read again."""
    return None if answer["bounds"][name] is None else plain(EXACT.add(whole, total(doubts)))


def _allocated(holdings: Iterable[Mapping[str, Any]], name: str, assets: Decimal) -> list[dict[str, str]]:
    sums: dict[str, Decimal] = {}
    for row in holdings:
        if _value(row) > 0:
            key = _protocol(row) if name == "protocol" else row[name]
            sums[key] = EXACT.add(sums.get(key, Decimal(0)), _value(row))
    return shares(sums, assets)


def _protocol(row: Mapping[str, Any]) -> str:
    """A position's id is wallet/chain/protocol and more."""
    return str(row["position"]).split("/")[2] if row["position"] else "wallet"


def by_chain(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return how each chain was read: fresh only where all wallets are."""
    found: dict[str, dict[str, Any]] = {}
    for row in answer["coverage"]:
        if row["chain"] is None:
            continue
        is_read = row["status"] in ("fresh", "dormant")
        status = Status.FRESH if is_read else Status.STALE if row["at"] is not None else Status.UNAVAILABLE
        known = found.get(row["chain"])
        if known is None or _BY_AGE.index(status) > _BY_AGE.index(known["status"]):
            reason = None if is_read else row["reason"]
            found[row["chain"]] = {"chain": row["chain"], "status": status, "as_of": row["at"], "block": row["block"],
                                   "reason": reason, "unreadable": (), "value_usd": Decimal(0)}  # fmt: skip
    for row in answer["holdings"]:
        if row["chain"] in found:
            chain = found[row["chain"]]
            chain["value_usd"] = EXACT.add(chain["value_usd"], _value(row))
    for row in answer["findings"]:
        if row["code"] == "unreadable" and row["chain"] in found:
            found[row["chain"]]["unreadable"] += (row["asset"],)
    return list(found.values())
