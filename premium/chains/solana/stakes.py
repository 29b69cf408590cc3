"""Stakes of Solana: how much of them works, and what may be taken out.

Stakes warm up and cool down over epochs, no more of them at once than 9 % of all that works. The cluster's program
counts these shares in floats, here they are whole numbers: a stake between the two differs by single lamports.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from premium.chains.solana.address import encoded
from premium.chains.solana.layouts import Clock

BYTES = 200
WITHDRAWER_AT = 44
_INITIALISED, _DELEGATED = 1, 2
_NEVER = 2**64 - 1
_RATE = (9, 100)
_ENTRY_BYTES = 32
_MOST_EPOCHS = 512


class Cluster(NamedTuple):
    """What of all stakes works, begins and ends to, in lamports, in one epoch."""

    effective: int
    activating: int
    deactivating: int


History = Mapping[int, Cluster]
"""By epoch."""


class Stake(NamedTuple):
    """A stake account; its coin belongs to who may withdraw it."""

    reserve: int
    withdrawer: str
    locked_until: int
    """Unix seconds; 0 for never."""
    locked_epoch: int
    voter: str | None
    """The validator's account of votes; None where it was never delegated."""
    delegated: int
    activated: int
    deactivated: int


class Parts(NamedTuple):
    """Lamports of a stake account; `active` to `excess` add up to all of them."""

    active: int
    activating: int
    deactivating: int
    idle: int
    """Not at work any more, or never delegated."""
    reserve: int
    """What keeps the account: it is free when nothing is at work."""
    excess: int
    """Beside what was delegated."""
    withdrawable: int
    """What may be taken out now."""


def stake(data: bytes) -> Stake | None:
    """Return the stake of an account; None for one that was never set up.

    ValueError for what is no stake account.
    """
    if len(data) < BYTES:
        raise ValueError("is no stake account")
    (state, reserve) = struct.unpack_from("<IQ", data)
    if state not in (_INITIALISED, _DELEGATED):
        return None
    until, epoch = struct.unpack_from("<qQ", data, 76)
    delegated, activated, deactivated = struct.unpack_from("<QQQ", data, 156)
    is_at_work = state == _DELEGATED
    return Stake(
        reserve=reserve,
        withdrawer=encoded(data[WITHDRAWER_AT : WITHDRAWER_AT + 32]),
        locked_until=until,
        locked_epoch=epoch,
        voter=encoded(data[124:156]) if is_at_work else None,
        delegated=delegated if is_at_work else 0,
        activated=activated if is_at_work else 0,
        deactivated=deactivated if is_at_work else 0,
    )


def history(data: bytes) -> dict[int, Cluster]:
    """Return the history of all stakes by epoch."""
    if len(data) < 8:
        raise ValueError("is no history of stakes")
    count = min(int.from_bytes(data[:8], "little"), _MOST_EPOCHS, (len(data) - 8) // _ENTRY_BYTES)
    rows = (struct.unpack_from("<QQQQ", data, 8 + number * _ENTRY_BYTES) for number in range(count))
    return {epoch: Cluster(*rest) for epoch, *rest in rows}


def parts(each: Stake, lamports: int, clock: Clock, past: History) -> Parts:
    """Return what becomes of an account's lamports at an epoch."""
    active, activating, deactivating = states(each, clock.epoch, past)
    at_work = active + activating + deactivating
    idle = max(each.delegated - at_work, 0)
    bound = (at_work if clock.epoch >= each.deactivated else each.delegated) if each.voter is not None else 0
    reserve = min(each.reserve, max(lamports - each.delegated, 0))
    is_locked = clock.unix < each.locked_until or clock.epoch < each.locked_epoch
    free = lamports if not bound else max(lamports - bound - each.reserve, 0)
    return Parts(
        active=active,
        activating=activating,
        deactivating=deactivating,
        idle=min(idle, lamports),
        reserve=reserve,
        excess=max(lamports - each.delegated - reserve, 0),
        withdrawable=0 if is_locked else free,
    )


def states(each: Stake, epoch: int, past: History) -> tuple[int, int, int]:
    """Return lamports that work, that begin to, and that end to."""
    effective, activating = _warmed(each, epoch, past)
    if each.voter is None or epoch < each.deactivated:
        return effective, activating, 0
    if epoch == each.deactivated:
        return 0, 0, effective
    return 0, 0, _cooled(each, effective, epoch, past)


def _warmed(each: Stake, epoch: int, past: History) -> tuple[int, int]:
    if each.voter is None or each.activated == each.deactivated or epoch < each.activated < _NEVER:
        return 0, 0
    if each.activated == _NEVER:
        return each.delegated, 0
    if epoch == each.activated:
        return 0, each.delegated
    cluster, at, effective = past.get(each.activated), each.activated, 0
    if cluster is None:
        return each.delegated, 0
    while cluster is not None and cluster.activating:
        at += 1
        effective += _share(each.delegated - effective, cluster.effective, cluster.activating)
        if effective >= each.delegated:
            return each.delegated, 0
        if at >= min(epoch, each.deactivated):
            break
        cluster = past.get(at)
    return effective, each.delegated - effective


def _cooled(each: Stake, effective: int, epoch: int, past: History) -> int:
    cluster, at = past.get(each.deactivated), each.deactivated
    if cluster is None:
        return 0
    while cluster is not None and cluster.deactivating:
        at += 1
        effective -= min(_share(effective, cluster.effective, cluster.deactivating), effective)
        if not effective or at >= epoch:
            break
        cluster = past.get(at)
    return effective


def _share(mine: int, effective: int, moving: int) -> int:
    """Return what of mine changes its state in an epoch: at least one lamport."""
    rate, whole = _RATE
    return max(mine * effective * rate // (moving * whole), 1)
