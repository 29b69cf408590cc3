"""What scripts hold, as a server of Esplora's shape tells it, checked against itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from premium.chains.bitcoin.address import script_hash, script_of
from premium.chains.bitcoin.keys import branches
from premium.chains.bitcoin.network import Network
from premium.chains.bitcoin.servers import Contradiction, Server
from premium.chains.model import WatchedKey
from premium.errors import UpstreamUnavailable
from premium.neighbours import Refused

MAX_ADDRESSES = 5_000
"""Of one key: more are not read in time."""
_AT_ONCE = 12


class Tip(NamedTuple):
    """The newest block that a server knows."""

    height: int
    hash: str
    at: datetime


class Held(NamedTuple):
    """What a script holds: base units, and in how many transactions it was."""

    script: bytes
    confirmed: int
    received: int
    """In transactions without a block."""
    spent: int
    """By transactions without a block."""
    times: int
    waiting: int
    """Transactions without a block."""

    @property
    def is_used(self) -> bool:
        """Return whether any transaction ever named it."""
        return self.times + self.waiting > 0


class Output(NamedTuple):
    """An output that is not spent, and its block."""

    tx: str
    place: int
    units: int
    height: int


class Asked:
    """The scripts that were asked of one server, each once."""

    def __init__(self, server: Server, network: Network) -> None:
        self.server, self._network = server, network
        self._found: dict[bytes, Held] = {}
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def of_wallet(self, wallet: str, key: WatchedKey | None) -> list[Held]:
        """Return what a wallet's scripts hold: of a key up to its gap."""
        if key is not None:
            return await self._of_key(key)
        try:
            script = script_of(wallet, self._network)
        except ValueError as error:
            raise Refused(f"an address {error}") from None
        return [await self._held(script)]

    async def all(self, scripts: Sequence[bytes]) -> list[Held]:
        """Return what scripts hold, in their order."""
        return list(await asyncio.gather(*(self._held(script) for script in scripts)))

    async def outputs(self, held: Held, tip: Tip) -> list[Output]:
        """Return the outputs of a script that are in blocks and not spent.

        Refused where there are more than the server lists.
        """
        rows = await self.server.json(f"/scripthash/{script_hash(held.script)}/utxo")
        try:
            found = [_output(row) for row in rows if row["status"]["confirmed"]]
        except (TypeError, KeyError, ValueError):
            raise Contradiction(f"{self.server.name} lists outputs that are none") from None
        total = sum(row.units for row in found)
        is_sound = len({row[:2] for row in found}) == len(found) and all(row.height <= tip.height for row in found)
        if not is_sound or total > held.confirmed or (not held.waiting and total != held.confirmed):
            raise Contradiction(f"{self.server.name} lists other outputs than it adds up")
        return found

    async def _of_key(self, key: WatchedKey) -> list[Held]:
        from premium.chains.bitcoin.derivation import Derivation  # noqa: PLC0415 - 14 MB, which addresses need not

        try:
            derivations = [Derivation(branch) for branch in branches(key.key, self._network)]
        except ValueError as error:
            raise Refused(f"a key {error}") from None
        found: dict[bytes, Held] = {}
        for derivation in derivations:
            first, unused = 0, 0
            while unused < key.gap_limit:
                scripts = await asyncio.to_thread(derivation.scripts, first, key.gap_limit - unused)
                first += len(scripts)
                for held in await self.all(scripts):
                    found[held.script] = held
                    unused = 0 if held.is_used else unused + 1
                if not derivation.branch.is_endless:
                    break
                if len(found) > MAX_ADDRESSES:
                    raise Refused(f"a key has more than {MAX_ADDRESSES:,} addresses in use")
        return list(found.values())

    async def _held(self, script: bytes) -> Held:
        if script not in self._found:
            async with self._slots:
                self._found[script] = await self._ask(script)
        return self._found[script]

    async def _ask(self, script: bytes) -> Held:
        name = script_hash(script)
        said = await self.server.json(f"/scripthash/{name}")
        try:
            chain, pool = _stats(said["chain_stats"]), _stats(said["mempool_stats"])
            is_it = said.get("scripthash", name) == name
        except (TypeError, KeyError, ValueError, AttributeError):
            raise Contradiction(f"{self.server.name} tells of a script what makes no sense") from None
        confirmed = chain["funded_txo_sum"] - chain["spent_txo_sum"]
        if not is_it or confirmed < 0 or (not chain["tx_count"] and chain["funded_txo_sum"]):
            raise Contradiction(f"{self.server.name} tells of a script what does not add up")
        if confirmed + pool["funded_txo_sum"] < pool["spent_txo_sum"]:
            raise Contradiction(f"{self.server.name} says that more is being spent than is there")
        return Held(script, confirmed, pool["funded_txo_sum"], pool["spent_txo_sum"], chain["tx_count"],
                    pool["tx_count"])  # fmt: skip


async def tip_of(server: Server) -> Tip:
    """Return the newest block that a server knows."""
    name = await server.text("/blocks/tip/hash")
    block = await server.json(f"/block/{name}")
    try:
        tip = Tip(_count(block["height"]), str(block["id"]), datetime.fromtimestamp(_count(block["timestamp"]), UTC))
    except (TypeError, KeyError, ValueError, OverflowError, OSError):
        raise Contradiction(f"{server.name} gave no newest block") from None
    if tip.hash != name:
        raise Contradiction(f"{server.name} answers of another block than was asked")
    return tip


async def agree(tip: Tip, server: Server, others: Sequence[Server], behind: int) -> None:
    """Compare a server's newest block with what another one says.

    UpstreamUnavailable where it fell behind, or follows a branch that the chain has left.
    """
    for other in others:
        try:
            newest = await tip_of(other)
            same = tip.hash if newest.height < tip.height else await other.text(f"/block-height/{tip.height}")
        except UpstreamUnavailable:
            continue
        if newest.height > tip.height + behind:
            raise UpstreamUnavailable(f"{server.name} is {newest.height - tip.height} blocks behind")
        if same != tip.hash and newest.height > tip.height:
            raise UpstreamUnavailable(f"{server.name} follows a branch that the chain has left")
        return


def _output(row: Mapping[str, Any]) -> Output:
    return Output(str(row["txid"]), _count(row["vout"]), _count(row["value"]), _count(row["status"]["block_height"]))


def _stats(said: Mapping[str, Any]) -> dict[str, int]:
    return {name: _count(said[name]) for name in ("funded_txo_sum", "spent_txo_sum", "tx_count")}


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("is no whole number")
    return value
