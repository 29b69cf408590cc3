"""Matches all transfers' logs of some blocks with the wallets that are watched.

Asked by topic for a thousand wallets at a time, logs cost the more the more wallets there are; all of them together
cost the same for any number, and those of nobody are thrown away here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from premium.chains.addresses import checksum
from premium.chains.reading.collectibles import BATCH, SINGLE, TRANSFER, named
from premium.chains.rpc import Call, Rpc, RpcError

_AT_ONCE = 3
"""Spans: an answer may have thousands of logs."""
EVERY = [[TRANSFER, SINGLE, BATCH]]
"""The topics of a question for everybody's transfers."""


@dataclass
class Touched:
    """What logs name of one wallet."""

    block: int = -1
    """The newest of which a log names it."""
    tokens: set[str] = field(default_factory=set)
    nfts: set[str] = field(default_factory=set)
    """Of contracts that keep positions in them, as `address#number`."""
    collectibles: set[str] = field(default_factory=set)
    """Of any other contract, as `standard:address#number`."""


def matched(logs: Iterable[Any], wallets: Mapping[str, str], contracts: frozenset[str]) -> dict[str, Touched]:
    """Return by wallet what logs name of it; `wallets` by their topics.

    Only tokens of ERC-20 are tokens: an NFT's `Transfer` has a fourth topic. `contracts` keep positions in NFTs.
    """
    found: defaultdict[str, Touched] = defaultdict(Touched)
    rows = [log for log in logs if isinstance(log, dict)]
    for log in rows:
        topics: Sequence[str] = log.get("topics", ())
        for place, topic in enumerate(topics[1:], 1):
            if (wallet := wallets.get(topic)) is None:
                continue
            mine, contract = found[wallet], log["address"].lower()
            mine.block = max(mine.block, int(log.get("blockNumber") or "0x0", 16))
            if topics[0] == TRANSFER and len(topics) == 3:
                mine.tokens.add(checksum(contract))
            elif topics[0] == TRANSFER and len(topics) == 4 and contract in contracts and place < 3:
                mine.nfts.add(f"{checksum(contract)}#{int(topics[3], 16)}")
    for wallet, names in named(rows, wallets, contracts).items():
        found[wallet].collectibles.update(names)
    return dict(found)


def topics_of(wallets: Iterable[str]) -> dict[str, str]:
    """Return addresses by the topic that names each."""
    return {"0x" + wallet[2:].lower().zfill(64): wallet for wallet in wallets}


async def every_transfer(
    rpc: Rpc, wallets: Mapping[str, str], first: int, last: int, *, contracts: frozenset[str], span: int, most: int
) -> dict[str, Touched] | None:
    """Return what the logs of blocks `first` to `last` name of wallets.

    None where that takes more than `most` calls, or a node refuses a single block. Spans that it refuses are halved.
    """
    found: dict[str, Touched] = {}
    asked, start = 0, first
    while start <= last:
        ends = [min(last, start + span * (n + 1) - 1) for n in range(_AT_ONCE) if start + span * n <= last]
        starts = [start, *(end + 1 for end in ends[:-1])]
        asked += len(ends)
        if asked > most:
            return None
        answers = await rpc.batch([_question(*each) for each in zip(starts, ends, strict=True)])
        for begin, end, answer in zip(starts, ends, answers, strict=True):
            if isinstance(answer, RpcError) or not isinstance(answer, list):
                if begin == end:
                    return None
                span = (end - begin + 1) // 2
                break
            _add(found, matched(answer, wallets, contracts))
            start = end + 1
    return found


def _question(first: int, last: int) -> Call:
    return Call("eth_getLogs", ({"fromBlock": hex(first), "toBlock": hex(last), "topics": EVERY},))


def _add(found: dict[str, Touched], more: Mapping[str, Touched]) -> None:
    for wallet, each in more.items():
        mine = found.setdefault(wallet, Touched())
        mine.block = max(mine.block, each.block)
        mine.tokens |= each.tokens
        mine.nfts |= each.nfts
        mine.collectibles |= each.collectibles
