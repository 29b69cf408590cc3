"""Judge an address by its labels, its code or delegate.

What it did and resembles counts, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from premium.security.calls.effects import Delegation
from premium.security.judgement.powers import delegation
from premium.security.judgement.scene import DAY, Found, Place, Scene, found, labels
from premium.security.judgement.subjects.contracts import impersonations
from premium.security.knowledge.known import HARMLESS, NATIVE, ZERO, Knowledge, coin
from premium.security.model import ContractScan

_NEW_DAYS = 7
TRAPS = frozenset(
    {"sell_gate", "balance_view", "no_ledger", "forwards_ether", "impersonates", "clone_of_listed", "hidden_owner"}
)
"""Findings of code that has no honest use: powers alone are no trap."""


class Passed(NamedTuple):
    """One movement of an address's history; addresses in lower case."""

    sender: str
    to: str | None
    value: int
    token: str
    time: int | None


class Allowance(NamedTuple):
    """What an owner lets the address take now."""

    token: str
    owner: str
    amount: int


class Opinion(NamedTuple):
    """What another list says of the address."""

    kind: str
    source: str


def about_address(
    address: str, scene: Scene, *, chain: int | None, history: Sequence[Passed] = (),
    allowances: Sequence[Allowance] = (), opinions: Sequence[Opinion] = (),
) -> Iterator[Found]:  # fmt: skip
    """Find what is known of an address, but for what its own code can do."""
    place = Place(address=address)
    yield from labels(address, scene, place)
    for each in opinions:
        yield found("opinion_other", place, holder=address, value=f"{each.kind}, {each.source}", basis="label")
    yield from _resembles(address, scene, place)
    yield from _delegated(address, scene, place, chain)
    yield from _history(address, scene, place, history)
    for one in allowances:
        yield found(
            "allowance_open", Place(address=one.token), known=scene.known.is_known(address), holder=address,
            owner=one.owner, value=one.amount,
        )  # fmt: skip


def about_deployed(address: str, made: Iterable[ContractScan], known: Knowledge) -> Iterator[Found]:
    """Find traps among what an address deployed, by their code or by a label."""
    for each in made:
        target = each.target.lower()
        signs = sorted(({one.id for one in each.findings} | {one.id for one in impersonations(each, known)}) & TRAPS)
        listed = known.listed.get(target)
        if signs or (listed is not None and listed not in HARMLESS):
            yield found(
                "deployed_traps", Place(address=target), holder=address, basis="history",
                value=", ".join(signs) or listed,
            )  # fmt: skip


def _resembles(address: str, scene: Scene, place: Place) -> Iterator[Found]:
    other = scene.known.lookalike(address)
    if other is not None:
        yield found("lookalike", place, holder=address, value=other)


def _delegated(address: str, scene: Scene, place: Place, chain: int | None) -> Iterator[Found]:
    delegate = scene.known.delegate(address)
    if delegate is None:
        return
    yield found("account_delegated", place, holder=delegate, basis="code")
    # Which chains the authorisation was for does not show afterwards.
    yield from delegation(Delegation(address, delegate, chain or 1), scene, place, chain)


def _history(address: str, scene: Scene, place: Place, history: Sequence[Passed]) -> Iterator[Found]:
    known, times = scene.known, [each.time for each in history if each.time is not None]
    first = min(times, default=None) if history else known.deployed.get(address)
    if first is not None and known.time is not None and known.time - first < _NEW_DAYS * DAY:
        yield found("address_new", place, holder=address, basis="history", value=f"since {first}")
    source = _funder(address, history)
    if source is not None and source in known.listed and known.listed[source] not in HARMLESS:
        yield found("funded_by_listed", place, holder=source, basis="history", value=known.listed[source])


def _funder(address: str, history: Sequence[Passed]) -> str | None:
    """Who sent the first coins: one hop, no further."""
    came = [
        (each.time if each.time is not None else number, number, each.sender)
        for number, each in enumerate(history)
        if each.to == address and each.value > 0 and coin(each.token) == NATIVE and each.sender not in (address, ZERO)
    ]
    return min(came)[2] if came else None


def told_of(kinds: Sequence[str], *, has_code: bool | None, delegate: str | None) -> list[str]:
    """Return sentences on what the address is."""
    what = "It is an account." if has_code is False else "It is a contract." if has_code else None
    if delegate is not None:
        what = f"It is an account that runs the code of {delegate} (EIP-7702)."
    named = f"Lists name it: {', '.join(dict.fromkeys(kinds))}." if kinds else "No list names it: that is no proof."
    return [each for each in (what, named) if each is not None]
