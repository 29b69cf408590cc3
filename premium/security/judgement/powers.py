"""Judge powers that are given, delegations of accounts, and parties by their role."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from premium.security.calldata.selection import MAX_CODE
from premium.security.calls.effects import Delegation, Party, Power
from premium.security.judgement.scene import Found, Place, Scene, found, labels
from premium.security.knowledge.known import ZERO
from premium.security.model import Severity

_OWN_IS_FINE = frozenset({"ownership_given", "role_given"})
_OBEYS = ("open_", "forwards_ether")
"""Findings of a delegate's code by which anyone, or nobody's wish, moves what the account holds."""


def power(effect: Power, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge a power that is given; to oneself is no gift."""
    if effect.id in _OWN_IS_FINE and scene.is_mine(effect.to):
        return
    yield found(effect.id, place, known=scene.known.is_known(effect.to), holder=effect.to, value=effect.what)
    yield from labels(effect.to, scene, place)


def party(effect: Party, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge somebody who takes part."""
    if effect.address is None or effect.address == ZERO or scene.is_mine(effect.address):
        return
    if effect.role == "paymaster" and not scene.known.is_known(effect.address):
        yield found("paymaster_unknown", place, holder=effect.address)
    if effect.role == "entry point" and not scene.known.is_known(effect.address):
        scene.unknown("The entry point that runs the operation is not known.")
    yield from labels(effect.address, scene, place)


def delegation(effect: Delegation, scene: Scene, place: Place, chain: int | None) -> Iterator[Found]:
    """Judge an EIP-7702 authorisation by what the delegate's code can do.

    One to the zero address revokes, and asks nothing.
    """
    if effect.delegate == ZERO:
        return
    code = scene.known.code_bytes(scene.known.implementation(effect.delegate))
    obeys = code is not None and len(code) <= MAX_CODE and obeys_anyone(code)
    severity = Severity.CRITICAL if obeys else None
    known = scene.known.is_known(effect.delegate)
    yield found(
        "delegation_code",
        place,
        known=known,
        severity=severity,
        holder=effect.delegate,
        account=effect.account,
        basis="code" if obeys else "decoded",
    )
    if effect.chain == 0:
        yield found("delegation_all_chains", place, holder=effect.delegate)
    elif chain is not None and effect.chain != chain:
        yield found("chain_other", place, holder=effect.delegate, value=effect.chain)
    yield from labels(effect.delegate, scene, place)
    if code is None and not known:
        scene.unknown("What the delegate's code can do was not read.")


@lru_cache(maxsize=256)
def obeys_anyone(code: bytes) -> bool:
    """Tell whether a code forwards what it gets, or does what anyone asks."""
    from premium.security.detectors.analysis import profile_of, signals_of  # noqa: PLC0415 - few calls need them

    return any(each.id.startswith(_OBEYS) for each in signals_of(profile_of(code)))
