"""The same transaction under other surroundings, and how the ends differ for the sender."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from premium.simulation.model import (
    MAX_GAS,
    Movement,
    Override,
    Overrides,
    Surroundings,
    Transaction,
    merged,
)

_ZERO = "0x" + "0" * 40
_OTHER_PRODUCER = "0x95222290dd7278aa3ddd389cc1e1d165cc4bafe5"
_ORIGIN = "0x3c9b7de1a5f2086e4d1907a85c6be2f4930d17ae"
_RICH = 10**24
_GREETS = "60003560e01c60e01b60005260206000f3"
"""Others who call are answered with their own selector, as receivers of units are asked to."""
_DELEGATED = bytes.fromhex("ef0100") + bytes(19) + b"\x02"
"""An account with a delegation: its code has 23 bytes; calls to it do as if it had none."""
MINUTES, DAY = "time + 5 minutes", "time + 1 day"
ALL = "all at once"
LATER = frozenset({MINUTES, DAY, "block number"})
"""Variants under which honest contracts may end otherwise: a deadline has passed, a price has fallen."""
NOT_MET = frozenset({"code", "origin", "balance"})
"""Variants of the sender that this transaction will not meet: they show a simulator's sight alone."""


class Scene(NamedTuple):
    """All that a run hangs on."""

    seen: Surroundings
    steps: tuple[Transaction, ...]
    overrides: Overrides


class Change(NamedTuple):
    """One way to change a scene."""

    name: str
    scene: Scene


Turn = Callable[[Scene], Scene]


def changes(base: Scene, balance: int) -> tuple[Change, ...]:
    """Return every variant of a scene; `balance` is the sender's."""
    found = [Change(name, turn(base)) for name, turn in _turns(balance)]
    bare = base
    for _, turn in parts(balance):
        bare = turn(bare)
    made = [*found, Change(ALL, bare)]
    forwarded = _forwarded(base)
    return tuple([*made, Change("origin", forwarded)] if forwarded is not None else made)


def parts(balance: int) -> tuple[tuple[str, Turn], ...]:
    """Return the changes that a careless simulator makes all at once."""
    return (
        ("coinbase", lambda one: _seen(one, coinbase=_ZERO)),
        ("base fee", lambda one: _base(one, 0)),
        ("gas price", _free),
        ("gas", _most_gas),
        ("randomness", lambda one: _seen(one, prevrandao=0)),
        ("balance", lambda one: _rich(one, balance)),
    )


def _turns(balance: int) -> Iterator[tuple[str, Turn]]:
    yield "coinbase", lambda one: _seen(one, coinbase=_ZERO)
    yield "coinbase", lambda one: _seen(one, coinbase=_OTHER_PRODUCER)
    yield "base fee", lambda one: _base(one, 0)
    yield "base fee", lambda one: _base(one, one.seen.base_fee // 2)
    yield "gas price", lambda one: _priced(one, 2, balance)
    yield "gas price", lambda one: _priced(one, 0, balance)
    yield "gas", _most_gas
    yield "gas", _scaled_gas
    yield "block gas limit", lambda one: _seen(one, gas_limit=2 * one.seen.gas_limit)
    yield "block number", lambda one: _seen(one, number=one.seen.number + 1000)
    yield MINUTES, lambda one: one._replace(seen=one.seen.after(25, 300))
    yield DAY, lambda one: one._replace(seen=one.seen.after(7_200, 86_400))
    for value in (0, 1, (1 << 255) + 2):
        yield "randomness", lambda one, word=value: _seen(one, prevrandao=word)  # type: ignore[misc] # bound here
    yield "balance", lambda one: _rich(one, balance)
    yield "code", _coded


def _seen(scene: Scene, **named: int | str) -> Scene:
    return scene._replace(seen=replace(scene.seen, **named))  # type: ignore[arg-type] # fields of the block


def price(each: Transaction, seen: Surroundings) -> int:
    """Return the fee in wei that a transaction pays for one gas."""
    return min(each.max_fee or 0, seen.base_fee + (each.priority_fee or 0))


def _base(scene: Scene, base_fee: int) -> Scene:
    """Change the base fee and leave what the sender pays as it is."""
    steps = tuple(_paying(each, price(each, scene.seen)) for each in scene.steps)
    return _seen(scene, base_fee=base_fee)._replace(steps=steps)


def _paying(each: Transaction, fee: int) -> Transaction:
    return replace(each, max_fee=fee, priority_fee=fee)


def _priced(scene: Scene, times: int, balance: int) -> Scene:
    base = scene.seen.base_fee
    steps = tuple(_paying(each, times * price(each, scene.seen) or base) for each in scene.steps)
    more = sum((each.gas or MAX_GAS) * price(each, scene.seen) for each in scene.steps) if times else 0
    return scene._replace(steps=steps, overrides=_holding(scene, balance, more))


def _free(scene: Scene) -> Scene:
    """The least price that the block takes: nothing where its base fee is nothing."""
    return scene._replace(steps=tuple(_paying(each, scene.seen.base_fee) for each in scene.steps))


def _most_gas(scene: Scene) -> Scene:
    most = max([min(MAX_GAS, scene.seen.gas_limit), *(each.gas or 0 for each in scene.steps)])
    return _gas(scene, lambda _: most)


def _scaled_gas(scene: Scene) -> Scene:
    return _gas(scene, lambda gas: gas + gas // 3 + 777)


def _gas(scene: Scene, limit: Callable[[int], int]) -> Scene:
    """Change the limits of gas, with coin for them: their price is the same."""
    steps = tuple(replace(each, gas=limit(each.gas or MAX_GAS)) for each in scene.steps)
    return scene._replace(steps=steps)


def _rich(scene: Scene, balance: int) -> Scene:
    return scene._replace(overrides=_holding(scene, balance, _RICH))


def _holding(scene: Scene, balance: int, more: int) -> Overrides:
    if not more:
        return scene.overrides
    return merged(scene.overrides, {scene.steps[0].sender: Override(balance=balance + more)})


def _coded(scene: Scene) -> Scene:
    return scene._replace(overrides=merged(scene.overrides, {scene.steps[0].sender: Override(code=_DELEGATED)}))


def _forwarded(scene: Scene) -> Scene | None:
    """The sender as a contract that somebody else calls: origin and code differ, who calls stays."""
    step = scene.steps[0]
    if len(scene.steps) != 1 or step.to is None or step.authorizations:
        return None
    begins = f"3373{_ORIGIN[2:]}14602b57{_GREETS}5b"
    head = f"{begins}36600060003760006000366000" + f"7f{step.value:064x}73{step.to[2:]}5af13d600060003e61"
    code = bytes.fromhex(f"{head}{len(head) // 2 + 7:04x}573d6000fd5b3d6000f3")
    moved = replace(step, sender=_ORIGIN, to=step.sender, value=0, nonce=None)
    more = {step.sender: Override(code=code), _ORIGIN: Override(balance=_RICH, nonce=7, code=b"")}
    return scene._replace(steps=(moved,), overrides=merged(scene.overrides, more))


class End(NamedTuple):
    """How a run ended for the sender.

    None stands where it is not known what he has more or less of.
    """

    success: bool
    movements: tuple[Movement, ...] | None
    out_of_gas: bool = False
    reason: str | None = None


Amounts = Mapping[tuple[str, int | None], int]


def difference(base: End, other: End, *, loose: bool = False) -> str:
    """Return same, better, worse, reverts, succeeds or unknown, for the sender.

    `loose` lets amounts change by half, as time lets them: a kind of asset that comes or goes still counts.
    """
    if base.success != other.success:
        if other.out_of_gas:
            return "same"
        return "succeeds" if other.success else "reverts"
    if not base.success:
        return "same"
    if base.movements is None or other.movements is None:
        return "unknown"
    return _compared(_amounts(base.movements), _amounts(other.movements), loose=loose)


def _amounts(moved: Iterable[Movement]) -> Amounts:
    return {(each.asset, each.identifier): each.amount for each in moved}


def _compared(first: Amounts, second: Amounts, *, loose: bool) -> str:
    better = False
    for key in sorted({*first, *second}, key=str):
        was, now = first.get(key, 0), second.get(key, 0)
        bound = max(abs(was), abs(now)) // (2 if loose else 100)
        if (was > 0) == (now > 0) and (was < 0) == (now < 0) and abs(was - now) <= bound:
            continue
        if now < was:
            return "worse"
        better = True
    return "better" if better else "same"
