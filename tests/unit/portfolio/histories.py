"""Random histories of wallets whose truth is known: each movement is booked as it is made."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from premium.chains.transfers.evidence import topic_of

WALLETS = tuple("0x" + letter * 40 for letter in "ABC")
OTHERS = ("pool", "friend", "0x0")
PAYMASTER, DISTRIBUTOR, POOL = ("0x" + digit * 40 for digit in "123")
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
        crowd = [("DAI", DISTRIBUTOR, f"s{number}", "") for number in range(self._draw.randint(19, 25))]
        bought = ("ETH", me, other, "exchange")
        moves = {
            "deposit": [(asset, other, me, "deposit")],
            "withdrawal": [(asset, me, other, "withdrawal")],
            "own": [(asset, me, mine, "own")],
            "exchange": [bought, ("DAI", other, self._draw.choice((me, mine)), "exchange")],
            "phantom": [("SCAM", *self._draw.choice([(other, me), (me, other)]), "phantom")],
            "liquidation": [("DAI", me, other, "liquidation")],
            "fee": [("DAI", me, PAYMASTER, "fee"), (asset, me, other, "withdrawal")],
            "paid swap": [
                ("DAI", me, PAYMASTER, "fee"),
                ("ETH", me, other, "exchange"),
                ("DAI", other, me, "exchange"),
            ],
            "claim": [("DAI", DISTRIBUTOR, me, "airdrop")],
            "given away": [*crowd, ("DAI", DISTRIBUTOR, me, "deposit" if sender in WALLETS else "airdrop")],
            "none": [],
        }
        kind = self._draw.choice(list(moves))
        for move in moves[kind]:
            self._move(*move)
        if kind == "own" and self._draw.random() < 0.3:
            self._move("DAI", me, me, "own")
        return {"tx": self._tx, "block": block, "sender": sender, "gas_paid": str(gas), "transfers": self._transfers,
                "events": self._events(kind, me)}  # fmt: skip

    def _events(self, kind: str, me: str) -> list[dict[str, Any]]:
        """The logs beside the transfers, and some that say nothing."""
        noise = event("Approval(address,address,uint256)", POOL, [me, POOL], [7])
        units = self._transfers[0]["units"] if self._transfers else 0
        told = {
            "liquidation": event(_LIQUIDATED, POOL, [POOL, DISTRIBUTOR, me], [1, 2, 3, 0]),
            "fee": event(_OPERATION, POOL, ["0x" + "9" * 64, me, PAYMASTER], [1, 1, 5, 6]),
            "paid swap": event(_OPERATION, POOL, ["0x" + "9" * 64, me, PAYMASTER], [1, 1, 5, 6]),
            "claim": event("Claimed(uint256,address,uint256)", DISTRIBUTOR, [], [3, int(me, 16), units]),
        }
        return [noise, *([told[kind]] if kind in told else [])]

    def _move(self, asset: str, source: str, target: str, kind: str) -> None:
        units, index = self._draw.randrange(1, 10**20), len(self._transfers)
        by = "log" if asset != "ETH" else self._draw.choice(["coin", "internal"])
        row = {"index": index, "asset": asset, "from": source, "to": target, "units": units, "by": by}
        self._transfers.append(row)
        for wallet, sign in ((source, -1), (target, 1)):
            if wallet in WALLETS:
                self._kinds[self._tx, index, wallet] = kind
                self._held[wallet, asset] += sign * units if kind != "phantom" else 0


_LIQUIDATED = "LiquidationCall(address,address,address,uint256,uint256,address,bool)"
_OPERATION = "UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)"


def event(declared: str, emitter: str, topics: list[str], words: list[int]) -> dict[str, Any]:
    """Return a log as a receipt has it."""
    names = [topic_of(declared), *("0x" + topic[2:].zfill(64) for topic in topics)]
    return {"address": emitter, "topics": names, "data": "0x" + "".join(f"{word:064x}" for word in words)}


def shuffled(draw: random.Random, case: dict[str, Any]) -> dict[str, Any]:
    """Return the case in another order, with some of it given twice."""
    rows = list[dict[str, Any]]()
    for row in case["transactions"]:
        transfers = row["transfers"] + draw.sample(row["transfers"], draw.randint(0, len(row["transfers"])))
        draw.shuffle(transfers)
        cut, last = draw.randint(0, len(transfers)), draw.randint(0, len(row["events"]))
        events = row["events"][:last], row["events"][last:]
        rows += [row | {"transfers": transfers[:cut], "events": events[0]},
                 row | {"transfers": transfers[cut:], "events": events[1]}]  # fmt: skip
    draw.shuffle(rows)
    lists = {name: [*case[name], *draw.sample(case[name], 1)] for name in ("opening", "closing", "wallets")}
    for rows_of in lists.values():
        draw.shuffle(rows_of)
    return case | lists | {"transactions": rows}
