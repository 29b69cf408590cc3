"""What a wallet moved on a chain of Bitcoin's kind, by its scripts' transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from premium.chains.bitcoin.address import script_hash
from premium.chains.bitcoin.servers import Contradiction, Server
from premium.chains.transfers.movement import UNKNOWN, Movement, Transfer
from premium.errors import Unprocessable

MAX_TRANSACTIONS = 2_000
"""Of a wallet between two readings: more are not read in time, and what they moved is unexplained."""
_PAGE = 25


async def movements_of(
    server: Server, wallet: str, scripts: Collection[bytes], first: int, last: int
) -> list[Movement]:
    """Return the movements of a wallet's scripts in the blocks from `first` to `last`.

    What it sends to itself is no movement but for the fee. Unprocessable where there are too many.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for script in scripts:
        for row in await _transactions(server, script, first):
            found[row["txid"]] = row
        if len(found) > MAX_TRANSACTIONS:
            raise Unprocessable(f"{wallet[:8]}… has more than {MAX_TRANSACTIONS:,} transactions since")
    mine = {script.hex() for script in scripts}
    rows = [row for row in found.values() if first <= row["status"]["block_height"] <= last]
    try:
        return [_movement(row, wallet.lower(), mine) for row in rows]
    except (TypeError, KeyError, ValueError):
        raise Contradiction(f"{server.name} tells of a transaction what makes no sense") from None


async def _transactions(server: Server, script: bytes, first: int) -> list[Mapping[str, Any]]:
    """Return a script's transactions from a block on, the newest first."""
    found: list[Mapping[str, Any]] = []
    path = f"/scripthash/{script_hash(script)}/txs/chain"
    after = ""
    while True:
        rows = await server.json(f"{path}{after}")
        try:
            new = [row for row in rows if row["status"]["confirmed"] and row["status"]["block_height"] >= first]
            last = rows[-1]["txid"] if rows else None
        except (TypeError, KeyError):
            raise Contradiction(f"{server.name} lists transactions that are none") from None
        found += new
        if len(new) < len(rows) or len(rows) < _PAGE or len(found) > MAX_TRANSACTIONS:
            return found
        after = f"/{last}"


def _movement(row: Mapping[str, Any], me: str, mine: Collection[str]) -> Movement:
    spent = [(place, int(prevout["value"])) for place, prevout in _prevouts(row) if prevout["scriptpubkey"] in mine]
    received = [(place, int(out["value"])) for place, out in enumerate(row["vout"]) if out["scriptpubkey"] in mine]
    movement = Movement(row["txid"], int(row["status"]["block_height"]), int(row["status"]["block_time"]))
    if spent and len(spent) == len(row["vin"]):  # others pay a share of the fee where inputs are theirs
        movement.gas, movement.sender = int(row["fee"]), me
    net = sum(units for _, units in received) - sum(units for _, units in spent) + movement.gas
    if net > 0:
        movement.take(Transfer(received[0][0], None, UNKNOWN, me, net, "coin"), me)
    elif net < 0:
        movement.take(Transfer(spent[0][0], None, me, UNKNOWN, -net, "internal"), me)
    return movement


def _prevouts(row: Mapping[str, Any]) -> Iterable[tuple[int, Mapping[str, Any]]]:
    return ((place, each["prevout"]) for place, each in enumerate(row["vin"]) if each.get("prevout"))
