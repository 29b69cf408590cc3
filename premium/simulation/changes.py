"""What is different after: movements, allowances, and events that the state denies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from premium.simulation.model import NATIVE, Approval, Discrepancy, Log, Movement
from premium.simulation.subjects import ZERO, Grant, Holding, party, transfers

Words = Mapping[Holding, int | None]
"""A balance, or the address of a unit's owner; None where the view failed."""


def movements(before: Words, after: Words, fees: Mapping[str, int]) -> tuple[Movement, ...]:
    """Return each party's gain or loss.

    `fees` are what parties paid (or got, negative) for gas itself.
    """
    return tuple(sorted(_moved(before, after, fees), key=lambda one: (one.party, one.asset, one.identifier or 0)))


def _moved(before: Words, after: Words, fees: Mapping[str, int]) -> Iterator[Movement]:
    seen: set[tuple[str, int | None]] = set()
    of_units = {each.asset for each in before if each.standard in ("erc721", "erc1155")}
    for each, was in before.items():
        now = after.get(each)
        if each.standard == "erc20" and each.asset in of_units:
            continue  # a collection's count of units, which are told one by one
        if each.standard == "erc721":
            if (each.asset, each.identifier) not in seen:
                seen.add((each.asset, each.identifier))
                yield from _unit(each, was, now)
            continue
        if was is None or now is None:
            continue
        fee = fees.get(each.party, 0) if each.asset == NATIVE else 0
        if now - was + fee:
            yield Movement(each.party, each.asset, each.standard, now - was + fee, each.identifier)  # type: ignore[arg-type] # one of four


def _unit(each: Holding, was: int | None, now: int | None) -> Iterator[Movement]:
    """A unit that had no owner was made, one that has none was destroyed."""
    owners = [party(one) if one is not None else ZERO for one in (was, now)]
    if owners[0] == owners[1]:
        return
    for owner, sign in zip(owners, (-1, 1), strict=True):
        if owner != ZERO:
            yield Movement(owner, each.asset, "erc721", sign, each.identifier)


def approvals(before: Mapping[Grant, bytes | None], after: Mapping[Grant, bytes | None]) -> tuple[Approval, ...]:
    """Return allowances that changed, or of which some is left."""
    found = []
    for each, was in before.items():
        now = after.get(each)
        first, second = _allowed(each, was), _allowed(each, now)
        if first is not None and second is not None and first != second:
            until = int.from_bytes(now[32:64]) if each.via == "permit2" and now and len(now) >= 64 else None
            named = (each.token, each.owner, each.spender, each.via)
            found.append(Approval(*named, first, second, until, each.identifier))  # type: ignore[arg-type] # one of four
    return tuple(found)


def _allowed(each: Grant, answer: bytes | None) -> int | None:
    """An amount; of one unit 1 where its spender is the one that was named."""
    if answer is None or len(answer) < 32:
        return 0 if each.via == "erc721" else None
    word = int.from_bytes(answer[:32])
    return int(party(word) == each.spender and word != 0) if each.via == "erc721" else word


def discrepancies(logs: Iterable[Log], before: Words, after: Words) -> tuple[Discrepancy, ...]:
    """Return where the events' net for a party is not what the state says."""
    told: dict[Holding, int] = defaultdict(int)
    last: dict[tuple[str, int | None], Holding] = {}
    for log in logs:
        for first, second, amount in transfers(log):
            if first.standard == "erc721":
                last[second.asset, second.identifier] = second
                continue
            told[first] -= amount
            told[second] += amount
    found = list(_nets(told, before, after))
    for owner in last.values():
        word = after.get(owner)
        true = party(word) if word is not None else ZERO
        if true != owner.party:
            found.append(Discrepancy(owner.asset, owner.party, 1, 0, owner.identifier))
    return tuple(found)


def _nets(told: Mapping[Holding, int], before: Words, after: Words) -> Iterator[Discrepancy]:
    for each, net in told.items():
        if each.asset == NATIVE or each.party == ZERO or each not in before:
            continue
        was, now = before[each], after.get(each)
        true = None if was is None or now is None else now - was
        if true is None:
            if net:
                yield Discrepancy(each.asset, each.party, net, 0, each.identifier)
        elif true != net:
            yield Discrepancy(each.asset, each.party, net, true, each.identifier)
