"""What is read before and after: coins, tokens, units and allowances.

Events, calldata and callers name them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from premium.abi.signatures import signature_of
from premium.simulation import reader
from premium.simulation.model import NATIVE, Log, Read, Request


def _topic(text: str) -> int:
    return int.from_bytes(signature_of(text).digest)


TRANSFER = _topic("Transfer(address,address,uint256)")
APPROVAL = _topic("Approval(address,address,uint256)")
FOR_ALL = _topic("ApprovalForAll(address,address,bool)")
SINGLE = _topic("TransferSingle(address,address,address,uint256,uint256)")
BATCH = _topic("TransferBatch(address,address,address,uint256[],uint256[])")
DEPOSIT, WITHDRAWAL = _topic("Deposit(address,uint256)"), _topic("Withdrawal(address,uint256)")
PERMIT2_SET = _topic("Approval(address,address,address,uint160,uint48)")
PERMIT2_SIGNED = _topic("Permit(address,address,address,uint160,uint48,uint48)")
PERMIT2 = "0x000000000022d473030f116ddee9f6b43ac78ba3"
COIN = "0x" + "e" * 40
"""Where nodes say that they traced a movement of the coin."""
ZERO = "0x" + "0" * 40
MOST_TOUCHED, MOST_ASSETS = 24, 160
_BALANCE, _OWNER_OF, _ALLOWANCE = 0x70A08231, 0x6352211E, 0xDD62ED3E
_UNITS, _APPROVED, _OPERATOR, _PERMIT2 = 0x00FDD58E, 0x081812FC, 0xE985E9C5, 0x927DA105


class Holding(NamedTuple):
    """A party's balance of an asset, or a unit's owner."""

    asset: str
    party: str
    standard: str
    identifier: int | None = None


class Grant(NamedTuple):
    """An allowance that may stand."""

    token: str
    owner: str
    spender: str
    via: str
    identifier: int | None = None


@dataclass
class Subjects:
    """Everything that is read, each thing once, in the order of naming."""

    holdings: dict[Holding, None] = field(default_factory=dict)
    grants: dict[Grant, None] = field(default_factory=dict)
    owned: dict[str, None] = field(default_factory=dict)
    """Contracts that may be somebody's."""
    cut: bool = False
    """Whether the bound left something out."""

    def hold(self, *named: Holding) -> None:
        """Name balances; the zero address holds nothing."""
        for each in named:
            if each.party != ZERO or each.standard == "erc721":
                self._add(self.holdings, each)

    def grant(self, *named: Grant) -> None:
        """Name allowances."""
        for each in named:
            self._add(self.grants, each)

    def _add(self, where: dict, each: Holding | Grant) -> None:  # type: ignore[type-arg] # one of both
        if len(self.holdings) + len(self.grants) >= MOST_ASSETS and each not in where:
            self.cut = True
            return
        where[each] = None


def named(logs: Iterable[Log], touched: Sequence[str], request: Request) -> Subjects:
    """Return what events, calldata, contracts that took part and the caller name."""
    found = Subjects()
    user = request.user
    ends = [user, *(each.sender for each in request.steps), *(each.to for each in request.steps if each.to)]
    for party in dict.fromkeys([*ends, *request.parties]):
        found.hold(Holding(NATIVE, party, "native"))
    events = list(logs)
    for log in sorted(events, key=lambda one: user not in _parties(one)):  # what concerns the user is never cut
        _of_log(log, found)
    tokens = list(dict.fromkeys([*request.tokens, *(log.address for log in events if log.address != COIN)]))
    contracts = list(dict.fromkeys([*tokens, *(each.to for each in request.steps if each.to), *touched]))
    for token in contracts[:MOST_TOUCHED]:
        for party in dict.fromkeys([user, *request.parties]):
            found.hold(Holding(token, party, "erc20"))
    spenders = dict.fromkeys([*addresses_in(request), *(each.to for each in request.steps if each.to)])
    for token in contracts[:MOST_TOUCHED]:
        for spender in list(spenders)[:6]:
            if spender not in (token, user, ZERO):
                found.grant(Grant(token, user, spender, "erc20"))
    found.owned.update(dict.fromkeys(contracts[:MOST_TOUCHED]))
    return found


def addresses_in(request: Request) -> Iterator[str]:
    """Find words of the data that look like addresses."""
    for step in request.steps:
        for at in range(4, min(len(step.data), 8_192) - 31, 32):
            word = step.data[at : at + 32]
            if not any(word[:12]) and any(word[12:20]):
                yield f"0x{word[12:].hex()}"


def _parties(log: Log) -> set[str]:
    return {party(topic) for topic in log.topics[1:]}


def party(topic: int) -> str:
    """Return the address in a topic."""
    return f"0x{topic & ((1 << 160) - 1):040x}"


def words(data: bytes) -> list[int]:
    """Return the words of an event's data."""
    return [int.from_bytes(data[at : at + 32]) for at in range(0, len(data) - 31, 32)]


def transfers(log: Log) -> Iterator[tuple[Holding, Holding, int]]:
    """Tell what an event says to have moved: from, to, amount.

    Nothing where it is no transfer.
    """
    topics, body = log.topics, words(log.data)
    match topics[:1], len(topics):
        case (t,), 3 if t == TRANSFER and body:
            kind = "native" if log.address == COIN else "erc20"
            asset = NATIVE if kind == "native" else log.address
            yield Holding(asset, party(topics[1]), kind), Holding(asset, party(topics[2]), kind), body[0]
        case (t,), 4 if t == TRANSFER:
            ends = (Holding(log.address, party(one), "erc721", topics[3]) for one in topics[1:3])
            yield next(ends), next(ends), 1
        case (t,), 1 if t == TRANSFER and len(body) == 3:
            ends = (Holding(log.address, party(one), "erc721", body[2]) for one in body[:2])
            yield next(ends), next(ends), 1
        case (t,), 4 if t == SINGLE and len(body) >= 2:
            yield _units(log, body[0], body[1])
        case (t,), 4 if t == BATCH:
            for identifier, amount in zip(_listed(body, 0), _listed(body, 1), strict=False):
                yield _units(log, identifier, amount)


def _units(log: Log, identifier: int, amount: int) -> tuple[Holding, Holding, int]:
    first, second = (Holding(log.address, party(one), "erc1155", identifier) for one in log.topics[2:4])
    return first, second, amount


def _listed(body: list[int], which: int) -> list[int]:
    start = body[which] // 32 if which < len(body) else len(body)
    count = body[start] if start < len(body) else 0
    return body[start + 1 : start + 1 + min(count, 256)]


def _of_log(log: Log, found: Subjects) -> None:
    for first, second, _ in transfers(log):
        found.hold(first, second)
    topics = log.topics
    if not topics:
        return
    kind, ends = topics[0], [party(one) for one in topics[1:]]
    if kind in (DEPOSIT, WITHDRAWAL) and len(ends) == 1:
        found.hold(Holding(log.address, ends[0], "erc20"), Holding(NATIVE, ends[0], "native"))
    elif kind == APPROVAL and len(ends) == 2:
        found.grant(Grant(log.address, ends[0], ends[1], "erc20"))
    elif kind == APPROVAL and len(ends) == 3:
        found.grant(Grant(log.address, ends[0], ends[1], "erc721", topics[3]))
    elif kind == FOR_ALL and len(ends) == 2:
        found.grant(Grant(log.address, ends[0], ends[1], "operator"))
    elif kind in (PERMIT2_SET, PERMIT2_SIGNED) and len(ends) == 3 and log.address == PERMIT2:
        found.grant(Grant(ends[1], ends[0], ends[2], "permit2"))


def holding_read(each: Holding) -> Read:
    """Return the read of a balance or an owner."""
    if each.standard == "native":
        return reader.balance(each.party)
    if each.standard == "erc721":
        return Read(each.asset, asked(_OWNER_OF, each.identifier or 0))
    if each.standard == "erc1155":
        return Read(each.asset, asked(_UNITS, each.party, each.identifier or 0))
    return Read(each.asset, asked(_BALANCE, each.party))


def grant_read(each: Grant) -> Read:
    """Return the read of an allowance."""
    if each.via == "erc721":
        return Read(each.token, asked(_APPROVED, each.identifier or 0))
    if each.via == "operator":
        return Read(each.token, asked(_OPERATOR, each.owner, each.spender))
    if each.via == "permit2":
        return Read(PERMIT2, asked(_PERMIT2, each.owner, each.token, each.spender), 96)
    return Read(each.token, asked(_ALLOWANCE, each.owner, each.spender))


def asked(selector: int, *values: str | int) -> bytes:
    """Return the data of a call with addresses and numbers."""
    numbers = (int(each, 16) if isinstance(each, str) else each for each in values)
    return selector.to_bytes(4) + b"".join(each.to_bytes(32) for each in numbers)
