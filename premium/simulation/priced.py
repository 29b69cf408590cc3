"""Fill in what a wallet would: fees, limits of gas, missing coin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from premium.simulation import reader
from premium.simulation.model import (
    MAX_GAS,
    Override,
    Overrides,
    Ran,
    Request,
    Surroundings,
    Transaction,
    merged,
)
from premium.simulation.variants import Scene

_MARGIN = 20_000
Notes = dict[str, None]
"""Sentences on what is assumed, each once."""


def scene_of(request: Request, seen: Surroundings, tip: int, notes: Notes) -> Scene:
    """Return a request with every field that its wallet would have set.

    `tip` is the node's usual one in wei.
    """
    if request.surroundings is None:
        notes["the block's randomness, which nobody knows before"] = None
    return Scene(seen, tuple(_priced(each, seen, tip, notes) for each in request.steps), request.overrides)


def _priced(each: Transaction, seen: Surroundings, tip: int, notes: Notes) -> Transaction:
    """A transaction with a fee, and in order after what its sender has sent."""
    each = replace(each, nonce=None)
    if each.max_fee is None:
        notes["the gas price"] = None
        own = tip if each.priority_fee is None else each.priority_fee
        return replace(each, max_fee=2 * seen.base_fee + own, priority_fee=own)
    own = each.max_fee if each.priority_fee is None else min(each.priority_fee, each.max_fee)
    if each.max_fee < seen.base_fee:
        notes["a gas price that the block takes: the one that is set is below its base fee"] = None
        return replace(each, max_fee=seen.base_fee + own, priority_fee=own)
    return replace(each, priority_fee=own)


def limited(scene: Scene, ran: Sequence[Ran], request: Request) -> Scene:
    """Return a scene with the limits that a wallet would set.

    That is what each used and a quarter more.
    """
    steps = []
    for asked, step, each in zip(request.steps, scene.steps, ran, strict=True):
        limit = min(MAX_GAS, (each.gas_used or MAX_GAS) * 5 // 4 + _MARGIN)
        steps.append(step if asked.gas is not None else replace(step, gas=limit))
    return scene._replace(steps=tuple(steps))


def roomy(scene: Scene, notes: Notes) -> Scene:
    """Return a block that has room for the reads beside the transactions."""
    need = sum(each.gas or MAX_GAS for each in scene.steps) + 2 * reader.GAS
    if need <= scene.seen.gas_limit:
        return scene
    notes["a block with more room for gas"] = None
    return scene._replace(seen=replace(scene.seen, gas_limit=need))


def held(scene: Scene, balance: int) -> int:
    """Return the first sender's coin: what is stated for him, else `balance` of the chain."""
    stated = scene.overrides.get(scene.steps[0].sender, Override()).balance
    return balance if stated is None else stated


def funded(scene: Scene, balance: int) -> Overrides:
    """Return the state with coin enough for values and gas, beyond what the sender has."""
    need = sum((each.gas or MAX_GAS) * (each.max_fee or 0) + each.value for each in scene.steps)
    return _with(scene, held(scene, balance) + need)


def tried(scene: Scene, balance: int) -> Overrides:
    """Return the state for a first run.

    Where no limit is set, it has coin for the most gas.
    """
    more = sum(MAX_GAS * (each.max_fee or 0) for each in scene.steps if each.gas is None)
    return _with(scene, held(scene, balance) + more) if more else scene.overrides


def _with(scene: Scene, balance: int) -> Overrides:
    return merged(scene.overrides, {scene.steps[0].sender: Override(balance=balance)})
