"""Judge what leaves whom: transfers, recipients, third parties."""

from __future__ import annotations

from collections.abc import Iterator

from premium.security.calls.effects import Move
from premium.security.judgement.allowances import FAR_DAYS
from premium.security.judgement.scene import Found, Place, Scene, found, imitates, labels
from premium.security.knowledge.known import NATIVE, ZERO
from premium.security.model import Severity


def movement(effect: Move, sender: str | None, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge one movement; `sender` is who makes the call, as its target sees it."""
    other = effect.how != "native" and not scene.is_mine(effect.owner) and effect.owner != sender
    other = other and not scene.is_nobody(sender)
    if effect.amount == 0:
        severity = Severity.MEDIUM if other else Severity.LOW
        yield found("transfer_zero", place, severity=severity, holder=effect.recipient, token=effect.token)
        yield from labels(effect.recipient, scene, place)
        yield from imitates(effect.recipient, scene, place)
        return
    if other:
        yield found("pulls_from_other", place, holder=effect.owner, token=effect.token, value=effect.amount)
    if effect.by is not None:
        known = scene.known.is_known(effect.by)
        yield found("transfer_signature", place, known=known, holder=effect.by, token=effect.token, value=effect.amount)
        yield from labels(effect.by, scene, place)
    if effect.by is not None and scene.is_far(effect.until, FAR_DAYS):
        yield found("deadline_far", place, holder=effect.by, value=effect.until)
    if effect.how != "share":
        yield from _leaves(effect, scene, place)
    yield from recipient(effect.recipient, effect.token, scene, place)


def _leaves(effect: Move, scene: Scene, place: Place) -> Iterator[Found]:
    if effect.how == "nft" and not scene.is_mine(effect.recipient):
        yield found("nft_leaves", place, holder=effect.recipient, token=effect.token)
    balance = scene.known.balances.get(effect.token)
    fee = scene.gas_cost if effect.token == NATIVE else 0
    if effect.how != "nft" and effect.owner == scene.user and balance and effect.amount + fee >= balance:
        yield found("balance_all", place, holder=effect.recipient, token=effect.token, value=effect.amount)


def recipient(address: str, token: str | None, scene: Scene, place: Place) -> Iterator[Found]:
    """Judge where assets go."""
    if scene.is_mine(address):
        return
    if address == ZERO:
        yield found("recipient_zero", place, holder=address)
    elif token not in (None, NATIVE) and (address == token or scene.known.is_token(address)):
        yield found("recipient_token", place, holder=address, token=token)
    yield from labels(address, scene, place)
    yield from imitates(address, scene, place)
