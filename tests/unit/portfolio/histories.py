"""Random histories of wallets whose truth is known: each movement is booked as it is made."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

WALLETS = ("A", "B", "C")
OTHERS = ("pool", "friend", "0x0")
ASSETS = ("ETH", "DAI", "stETH", "SCAM")
Made = tuple[dict[str, Any], dict[tuple[str, Any, str], str]]
"""A case, and the kind of each movement by transaction, index and wallet."""


def made(seed: int, transactions: int) -> Made:
    """Make a case with every kind of movement; amounts are random, so that none adds up to another by chance."""
    draw = random.Random(seed)
    held: Counter[tuple[str, str]] = Counter()
    for wallet in WALLETS:
        held[wallet, "ETH"] = 10**23 + draw.randrange(10**24)
        held[wallet, "DAI"] = 10**23 + draw.randrange(10**24)
        held[wallet, "stETH"] = draw.randrange(10**21)
    opening = _readings(held, 100)
    kinds = dict[tuple[str, Any, str], str]()
    rows = [_Transaction(draw, f"t{number}", held, kinds).row(101 + number) for number in range(transactions)]
    for wallet in WALLETS:
        if draw.random() < 0.5:
            held[wallet, "stETH"] += draw.randrange(1, 10**18)
    case = {"wallets": list(WALLETS), "opening": opening, "closing": _readings(held, 101 + transactions),
            "transactions": rows, "rebasing": ["stETH"], "coin": "ETH"}  # fmt: skip
    return case, kinds


def _readings(held: Counter[tuple[str, str]], block: int) -> list[dict[str, Any]]:
    return [{"wallet": w, "asset": a, "units": str(units), "block": block} for (w, a), units in held.items()]


class _Transaction:
    """Makes one transaction and books it."""

    def __init__(
        self, draw: random.Random, tx: str, held: Counter[tuple[str, str]], kinds: dict[tuple[str, Any, str], str]
    ) -> None:
        self._draw, self._tx, self._held, self._kinds = draw, tx, held, kinds
        self._transfers: list[dict[str, Any]] = []

    def row(self, block: int) -> dict[str, Any]:
        sender, gas = self._draw.choice(WALLETS + OTHERS), self._draw.randrange(1, 10**15)
        if sender in WALLETS:
            self._held[sender, "ETH"] -= gas
            self._kinds[self._tx, None, sender] = "gas"
        me, mine, other = *self._draw.sample(WALLETS, 2), self._draw.choice(OTHERS)
        asset = self._draw.choice(("ETH", "DAI"))
        moves = {
            "deposit": [(asset, other, me)],
            "withdrawal": [(asset, me, other)],
            "own": [(asset, me, mine)],
            "exchange": [("ETH", me, other), ("DAI", other, self._draw.choice((me, mine)))],
            "phantom": [("SCAM", *self._draw.choice([(other, me), (me, other)]))],
            "none": [],
        }
        kind = self._draw.choice(list(moves))
        for move in moves[kind]:
            self._move(*move, kind=kind)
        if kind == "own" and self._draw.random() < 0.3:
            self._move("DAI", me, me, kind=kind)
        return {"tx": self._tx, "block": block, "sender": sender, "gas_paid": str(gas), "transfers": self._transfers}

    def _move(self, asset: str, source: str, target: str, *, kind: str) -> None:
        units, index = self._draw.randrange(1, 10**20), len(self._transfers)
        by = "log" if asset != "ETH" else self._draw.choice(["coin", "internal"])
        row = {"index": index, "asset": asset, "from": source, "to": target, "units": units, "by": by}
        self._transfers.append(row)
        for wallet, sign in ((source, -1), (target, 1)):
            if wallet in WALLETS:
                self._kinds[self._tx, index, wallet] = kind
                self._held[wallet, asset] += sign * units if kind != "phantom" else 0


def shuffled(draw: random.Random, case: dict[str, Any]) -> dict[str, Any]:
    """Return the case in another order, with some of it given twice."""
    rows = list[dict[str, Any]]()
    for row in case["transactions"]:
        transfers = row["transfers"] + draw.sample(row["transfers"], draw.randint(0, len(row["transfers"])))
        draw.shuffle(transfers)
        cut = draw.randint(0, len(transfers))
        rows += [row | {"transfers": transfers[:cut]}, row | {"transfers": transfers[cut:]}]
    draw.shuffle(rows)
    lists = {name: [*case[name], *draw.sample(case[name], 1)] for name in ("opening", "closing", "wallets")}
    for rows_of in lists.values():
        draw.shuffle(rows_of)
    return case | lists | {"transactions": rows}
