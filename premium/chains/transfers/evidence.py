"""Reads from a transaction's logs what a transfer alone does not say.

Who was liquidated (Aave V2 and V3, Compound II and III and their forks), what was paid for sending it (Safe, ERC-4337),
what a distributor gave away, and which part of a transfer is interest (Aave V3). Any contract may log anything: what
rests on a sign is for its reader to bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from premium.chains.addresses import keccak256

RECEIVERS = 20
"""Of one token, from one giver, in one transaction: from as many on it is given away."""
_WORD = 32


class Sign(NamedTuple):
    """Says what a wallet's transfers in a transaction were.

    Addresses in small letters; "" is any.
    """

    kind: Literal["liquidation", "fee", "claim", "given_away", "accrued"]
    wallet: str
    other: str = ""
    """The other side of the transfer; of what accrued the units that the transfer says."""
    asset: str = ""
    """A token's address."""
    units: int | None = None


class _Log(NamedTuple):
    address: str
    topics: tuple[str, ...]
    data: bytes

    def topic(self, place: int) -> str:
        return "0x" + self.topics[place][-40:].lower()

    def word(self, place: int) -> int:
        return int.from_bytes(self.data[place * _WORD : (place + 1) * _WORD])

    def name(self, place: int) -> str:
        return f"0x{self.word(place):064x}".replace("0x" + "0" * 24, "0x", 1)


def signs(logs: Iterable[Mapping[str, Any]]) -> tuple[Sign, ...]:
    """Return the signs of a transaction's logs, in a fixed order.

    What nobody understands says nothing.
    """
    read = [_log(each) for each in logs]
    found = {sign for log in read for sign in _said(log)}
    sent = ((log.address, log.topic(1), log.topic(2)) for log in read if log.topics[:1] == (_TRANSFER,)
            and len(log.topics) == 3)  # fmt: skip
    found |= {Sign("given_away", "", source, asset) for asset, source in given_away(sent)}
    return tuple(sorted(found, key=lambda sign: (*sign[:4], sign.units or 0)))


def given_away(sent: Iterable[tuple[str, str, str]]) -> set[tuple[str, str]]:
    """Return asset and giver of what went to many at once.

    `sent`: asset, source and target of each transfer.
    """
    targets = defaultdict[tuple[str, str], set[str]](set)
    for asset, source, target in sent:
        targets[asset, source].add(target)
    return {pair for pair, theirs in targets.items() if len(theirs) >= RECEIVERS}


def _log(given: Mapping[str, Any]) -> _Log:
    topics = tuple(str(topic).lower() for topic in given["topics"])
    return _Log(str(given["address"]).lower(), topics, bytes.fromhex(str(given["data"]).removeprefix("0x")))


def _said(log: _Log) -> Iterator[Sign]:
    rule = _RULES.get(log.topics[0]) if log.topics else None
    if rule is not None and (len(log.topics), len(log.data)) in rule.shapes:
        yield from rule.read(log)


def _aave(log: _Log) -> Iterator[Sign]:
    yield Sign("liquidation", log.topic(3))


def _compound(log: _Log) -> Iterator[Sign]:
    yield Sign("liquidation", log.name(1))


def _comet(log: _Log) -> Iterator[Sign]:
    yield Sign("liquidation", log.topic(2))


def _minted(log: _Log) -> Iterator[Sign]:
    """A token that grows tells again, when it is moved, what it has grown by since it was moved last."""
    if log.word(1):
        yield Sign("accrued", log.topic(2), str(log.word(0)), log.address, log.word(1))


def _burned(log: _Log) -> Iterator[Sign]:
    if log.word(1):
        yield Sign("accrued", log.topic(1), str(log.word(0)), log.address, log.word(1))


def _safe(log: _Log) -> Iterator[Sign]:
    """A Safe tells of itself what it paid who sent its transaction."""
    paid = log.word(len(log.data) // _WORD - 1)
    if paid:
        yield Sign("fee", log.address, units=paid)


def _operation(log: _Log) -> Iterator[Sign]:
    """An account pays the entry point in coin, or a paymaster in a token."""
    yield Sign("fee", log.topic(2), log.address)
    if int(log.topic(3), 16):
        yield Sign("fee", log.topic(2), log.topic(3))


def _claim_in_data(log: _Log) -> Iterator[Sign]:
    yield Sign("claim", log.name(1), log.address, units=log.word(2))


def _claim_in_topic(log: _Log) -> Iterator[Sign]:
    yield Sign("claim", log.topic(1), log.address, units=log.word(0))


class _Rule(NamedTuple):
    shapes: frozenset[tuple[int, int]]
    """Numbers of topics and bytes of data."""
    read: Callable[[_Log], Iterator[Sign]]


def _rule(read: Callable[[_Log], Iterator[Sign]], *shapes: tuple[int, int]) -> _Rule:
    return _Rule(frozenset((topics, words * _WORD) for topics, words in shapes), read)


EVENTS = {
    "LiquidationCall(address,address,address,uint256,uint256,address,bool)": _rule(_aave, (4, 4)),
    "LiquidateBorrow(address,address,uint256,address,uint256)": _rule(_compound, (1, 5)),
    "AbsorbDebt(address,address,uint256,uint256)": _rule(_comet, (3, 2)),
    "AbsorbCollateral(address,address,address,uint256,uint256)": _rule(_comet, (4, 2)),
    "Mint(address,address,uint256,uint256,uint256)": _rule(_minted, (3, 3)),
    "Burn(address,address,uint256,uint256,uint256)": _rule(_burned, (3, 3)),
    "ExecutionSuccess(bytes32,uint256)": _rule(_safe, (1, 2), (2, 1)),
    "UserOperationEvent(bytes32,address,address,uint256,bool,uint256,uint256)": _rule(_operation, (4, 4)),
    "Claimed(uint256,address,uint256)": _rule(_claim_in_data, (1, 3)),
    "HasClaimed(address,uint256)": _rule(_claim_in_topic, (2, 1)),
    "Claim(address,uint256)": _rule(_claim_in_topic, (2, 1)),
}
"""Events by their declarations, with their published forms (indexed or not)."""


def topic_of(declared: str) -> str:
    """Return the first topic of an event's logs."""
    return "0x" + keccak256(declared.encode()).hex()


_RULES = {topic_of(declared): rule for declared, rule in EVENTS.items()}
_TRANSFER = topic_of("Transfer(address,address,uint256)")
