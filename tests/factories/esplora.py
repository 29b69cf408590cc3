"""A chain of Bitcoin's kind in memory, told in Esplora's shape; tests say what is in its blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx

Row = dict[str, Any]
GENESIS = sha256(b"genesis").hexdigest()


@dataclass
class Output:
    script: bytes
    units: int
    spent_by: str | None = None


@dataclass
class Transaction:
    name: str
    inputs: list[tuple[str, int]]
    outputs: list[Output]
    block: int | None
    """None: it has no block yet."""
    earned: bool = False


@dataclass
class Ledger:
    """Blocks by height, and what was paid to which script."""

    time: int = 1_700_000_000
    blocks: list[str] = field(default_factory=lambda: [GENESIS])
    transactions: dict[str, Transaction] = field(default_factory=dict)

    @property
    def height(self) -> int:
        return len(self.blocks) - 1

    def mine(self, count: int = 1, *, branch: str = "") -> None:
        for _ in range(count):
            self.blocks.append(sha256(f"{branch}{len(self.blocks)}".encode()).hexdigest())

    def pay(
        self, outputs: list[tuple[bytes, int]], inputs: list[tuple[str, int]] = [], *, earned: bool = False,  # noqa: B006
        mined: bool = True,
    ) -> str:  # fmt: skip
        """Put a transaction into a new block, or leave it waiting."""
        name = sha256(f"tx{len(self.transactions)}".encode()).hexdigest()
        if mined:
            self.mine()
        for tx, place in inputs:
            self.transactions[tx].outputs[place].spent_by = name
        outs = [Output(script, units) for script, units in outputs]
        self.transactions[name] = Transaction(name, inputs, outs, self.height if mined else None, earned)
        return name

    def of(self, name: str) -> list[Transaction]:
        """Transactions of a script by the name of it, the newest first."""
        found = [each for each in self.transactions.values() if name in self._names(each)]
        return sorted(found, key=lambda each: -(self.height + 1 if each.block is None else each.block))

    def _names(self, each: Transaction) -> set[str]:
        scripts = [output.script for output in each.outputs]
        scripts += [self.transactions[tx].outputs[place].script for tx, place in each.inputs]
        return {sha256(script).hexdigest() for script in scripts}

    def stats(self, name: str, *, mined: bool) -> Row:
        mine = [t for t in self.of(name) if (t.block is not None) == mined]
        funded = [o.units for t in mine for o in t.outputs if sha256(o.script).hexdigest() == name]
        took = [self.transactions[tx].outputs[n] for t in mine for tx, n in t.inputs]
        spent = [o.units for o in took if sha256(o.script).hexdigest() == name]
        return {"funded_txo_count": len(funded), "funded_txo_sum": sum(funded), "spent_txo_count": len(spent),
                "spent_txo_sum": sum(spent), "tx_count": len(mine)}  # fmt: skip

    def status(self, each: Transaction) -> Row:
        if each.block is None:
            return {"confirmed": False}
        return {"confirmed": True, "block_height": each.block, "block_hash": self.blocks[each.block],
                "block_time": self.time + 600 * each.block}  # fmt: skip

    def told(self, each: Transaction) -> Row:
        took = [self.transactions[tx].outputs[place] for tx, place in each.inputs]
        vin = [{"prevout": {"scriptpubkey": o.script.hex(), "value": o.units}, "is_coinbase": False} for o in took]
        vout = [{"scriptpubkey": o.script.hex(), "value": o.units} for o in each.outputs]
        fee = 0 if each.earned else sum(o.units for o in took) - sum(o.units for o in each.outputs)
        return {"txid": each.name, "vin": vin or [{"prevout": None, "is_coinbase": each.earned}], "vout": vout,
                "fee": max(fee, 0), "status": self.status(each)}  # fmt: skip


class EsploraServer:
    """Answers GETs; `lies` may change what is said under a path, the first that says something counts."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.lies: list[Callable[[str, Any], Any]] = []
        self.before: list[Callable[[str], None]] = []
        self.seconds = 0.0
        self.asked: list[str] = []

    def answer(self, path: str) -> httpx.Response:
        self.asked.append(path)
        for each in self.before:
            each(path)
        said = self._said(path.split("/")[1:])
        for lie in self.lies:
            if (told := lie(path, said)) is not None:
                said = told
                break
        if said is None:
            return httpx.Response(404, text="Block not found")
        return httpx.Response(200, text=said) if isinstance(said, str) else httpx.Response(200, json=said)

    def _said(self, parts: list[str]) -> Any:  # noqa: PLR0911 - a path each
        ledger = self.ledger
        match parts:
            case ["blocks", "tip", "hash"]:
                return ledger.blocks[-1]
            case ["block-height", height]:
                return ledger.blocks[int(height)] if int(height) <= ledger.height else None
            case ["block", name]:
                height = ledger.blocks.index(name)
                return {"id": name, "height": height, "timestamp": ledger.time + 600 * height}
            case ["tx", name]:
                return ledger.told(ledger.transactions[name])
            case ["scripthash", name]:
                stats = {
                    "chain_stats": ledger.stats(name, mined=True),
                    "mempool_stats": ledger.stats(name, mined=False),
                }
                return {"scripthash": name, **stats}
            case ["scripthash", name, "utxo"]:
                return [
                    {"txid": t.name, "vout": n, "value": o.units, "status": ledger.status(t)}
                    for t in ledger.of(name) for n, o in enumerate(t.outputs)
                    if sha256(o.script).hexdigest() == name and o.spent_by is None
                ]  # fmt: skip
            case ["scripthash", name, "txs", "chain", *after]:
                rows = [t for t in ledger.of(name) if t.block is not None]
                names = [t.name for t in rows]
                start = names.index(after[0]) + 1 if after else 0
                return [ledger.told(t) for t in rows[start : start + 25]]
        raise AssertionError(parts)
