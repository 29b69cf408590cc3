"""The richer kinds of rows, read as neutral legs that share a group.

    swap, nft_buy, nft_sell, lp_add, lp_remove, wrap, bridge, migration
                                                               `asset, amount` given, `to_asset, to_amount` received
    transfer_in, transfer_out                                  one side of a transfer; `history.transfers` pairs them
    gift_in, gift_out                                          gift_received, gift_sent
    derivative_pnl                                             a profit (`direction` in) or loss (out) of futures
    loan, repayment                                            units borrowed, units given back
    collateral                                                 own units that secure a debt or stand in a pool
    correction                                                 an income taken back
A bridge to a wallet without `to_asset` brings the same asset: a transfer.
A row of these kinds without `to_asset` is one leg: `direction` (in, out) says which, else its `group` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from premium.tax.neutral.rows import Flawed, Refused, Unreadable

EXCHANGES = frozenset({"swap", "nft_buy", "nft_sell", "lp_add", "lp_remove", "wrap", "bridge", "migration"})
_RENAMED = {"gift_in": "gift_received", "gift_out": "gift_sent"}
LEG = "leg"
"""Type of a leg whose group has yet to say whether it was given or received; no file states it."""
DIRECTED = frozenset({"derivative_pnl", "collateral", "correction"})
"""Kinds whose `direction` says whether units came in or went out."""
LOAN, REPAYMENT, DERIVATIVE, CORRECTION, RETURNED = "loan", "repayment", "derivative_pnl", "correction", "returned"
COLLATERAL, POOL = "collateral", "pool"
"""Kinds of a move of own units: what secures a debt, and what stands in a pool."""
_LOANS = {LOAN: "buy", REPAYMENT: "sell"}
RICHER = EXCHANGES | frozenset(_RENAMED) | DIRECTED | {"transfer_in", "transfer_out", LOAN, REPAYMENT}
_NOT_NEUTRAL = RICHER | {LEG}
OUTSIDE = "?"
"""The unknown wallet at the other end of half a transfer."""
ALONE = {"nft_sell": "sell", "nft_buy": "buy"}
"""What a leg is that is its exchange's only one."""
_SIDES = {"in": "buy", "out": "sell"}


def neutral_rows(row: Any) -> Sequence[Mapping[str, Any]]:
    """Return the row, or the legs of a richer kind; Refused names the field."""
    if type(row) is dict or isinstance(row, Mapping):
        kind = row.get("type")
        if kind is None and isinstance(row, Unreadable):
            raise Refused(row.column, row.reason, "unreadable")
        return _legs(row, kind) if isinstance(kind, str) and kind in _NOT_NEUTRAL else (row,)
    raise Refused(*row) if isinstance(row, Flawed) else Refused("transaction", "not an object")


def _legs(row: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    if kind == LEG:
        raise Refused("type", f"unknown type {kind!r}", "unknown_type")
    if kind in _RENAMED:
        return [{**row, "type": _RENAMED[kind]}]
    if kind in DIRECTED or kind in _LOANS:
        return [{**row, "type": _LOANS[kind], "kind": kind} if kind in _LOANS else _directed(row, kind)]
    if kind in ("transfer_out", "transfer_in"):
        return [_half(row, kind)]
    if row.get("to_asset") is None:
        if kind == "bridge" and row.get("to_wallet") is not None and row.get("direction") is None:
            return [{**row, "type": "transfer"}]
        return [_one_leg(row, kind)]
    return _both_legs(row, kind)


def _half(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    if kind == "transfer_out":
        return {**row, "type": "transfer", "to_wallet": row.get("to_wallet") or OUTSIDE}
    return {**row, "type": "transfer", "wallet": OUTSIDE, "to_wallet": row.get("to_wallet") or row.get("wallet")}


def _directed(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """A row whose direction says everything: a purchase or sale, a move of one's own, or income taken back."""
    side = row.get("direction")
    if side not in ("in", "out"):
        raise Refused("direction", f"a {kind} says in or out")
    stated = row.get("kind")
    if stated is not None and not isinstance(stated, str):
        raise Refused("kind", "not a text")
    if kind == DERIVATIVE:
        return {**row, "type": _SIDES[side], "kind": f"{DERIVATIVE}:{stated or 'pnl'}"}
    if kind == CORRECTION:
        return {**row, "type": CORRECTION if side == "out" else "income"}
    wallet = str(row.get("wallet") or "")
    aside = row.get("to_wallet") or f"{wallet} {stated or 'collateral'}".strip()
    here, there = (wallet, aside) if side == "out" else (aside, wallet)
    return {**row, "type": "transfer", "kind": stated or COLLATERAL, "wallet": here, "to_wallet": there}


def _one_leg(row: Mapping[str, Any], kind: str) -> dict[str, Any]:
    stated = row.get("direction")
    side = _SIDES.get(stated) if isinstance(stated, str) else None
    if side is None and not stated:
        side = LEG if row.get("group") else ALONE.get(kind)
    if side is None:
        raise Refused("to_asset", f"a {kind} names what is received, or is a leg with direction in or out, or a group")
    return {**row, "type": side, "kind": kind}


def _both_legs(row: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    if row.get("to_amount") is None:
        raise Refused("to_amount", "missing")
    common = {
        name: row[name]
        for name in ("timestamp", "chain", "tx_hash", "form_1099", "portfolio_value", "lots", "value_currency")
        if name in row
    }
    name = str(row.get("id"))
    group = f"{kind}:{row.get('group') or name}"
    given = {
        **common,
        "id": name,
        "type": "sell",
        "kind": kind,
        "asset": row.get("asset"),
        "amount": row.get("amount"),
        "wallet": row.get("wallet"),
        "group": group,
        **{field: row[field] for field in ("price", "value", "fee", "fee_asset", "fee_amount", "fees") if field in row},
    }
    received = {
        "timestamp": row.get("timestamp"),
        "id": f"{name}:in",
        "type": "buy",
        "kind": kind,
        "asset": row["to_asset"],
        "amount": row["to_amount"],
        "wallet": row.get("to_wallet") or row.get("wallet"),
        "group": group,
        **({"value": row["to_value"]} if row.get("to_value") is not None else {}),
        **({"value_currency": row["value_currency"]} if row.get("value_currency") else {}),
    }
    return [given, received]
