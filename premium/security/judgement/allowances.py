"""Judge allowances and operators by amount, spender and time."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.calls.effects import Allow, AllowAll
from premium.security.judgement.scene import DAY, Found, Place, Scene, found, imitates, labels
from premium.security.knowledge.known import ZERO

NEW_DAYS, FAR_DAYS = 7, 30


def allowance(effect: Allow, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge one allowance; a revocation asks nothing of its spender."""
    if effect.amount == 0 or effect.spender == ZERO:
        return
    known = scene.known.is_known(effect.spender)
    is_unit = effect.how == "nft" or (effect.how == "erc20" and not effect.signed and scene.is_collection(effect.token))
    if not is_unit and scene.known.unlimited(effect.token, effect.amount) and not scene.is_mine(effect.spender):
        yield found(
            "approval_unlimited", place, known=known, holder=effect.spender, token=effect.token, value=effect.amount
        )
    if effect.signed:
        yield found("permit_signature", place, holder=effect.spender, token=effect.token, value=effect.amount)
    far = scene.is_far(effect.until, FAR_DAYS) or scene.is_far(effect.usable, FAR_DAYS)
    if far and (effect.signed or effect.how == "permit2"):
        yield found("deadline_far", place, holder=effect.spender, value=effect.until)
    yield from spender(effect.spender, scene, place)


def operator(effect: AllowAll, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge an operator of a collection."""
    if not effect.on:
        return
    if not scene.is_mine(effect.operator):
        known = scene.known.is_known(effect.operator)
        yield found("approval_all", place, known=known, holder=effect.operator, token=effect.token)
    yield from spender(effect.operator, scene, place)


def spender(address: str, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge who may take assets later."""
    if scene.is_mine(address):
        return
    yield from labels(address, scene, place)
    if not scene.known.is_known(address):
        yield found("spender_unknown", place, holder=address)
    if scene.known.has_no_code(address):
        yield found("spender_account", place, holder=address)
    since, now = scene.known.deployed.get(address), scene.known.time
    if since is not None and now is not None and now - since < NEW_DAYS * DAY:
        yield found("spender_new", place, holder=address, value=since)
    yield from imitates(address, scene, place)
