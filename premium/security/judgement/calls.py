"""Judge each call of a tree: data, target, name and effects."""

from __future__ import annotations

from collections.abc import Iterator

from premium.abi.decoder import Form
from premium.security.calls.effects import (
    Allow,
    AllowAll,
    Deadline,
    Delegation,
    Effect,
    Flawed,
    Move,
    Order,
    Party,
    Power,
    Proceeds,
    Trade,
)
from premium.security.calls.readers.baits import is_bait
from premium.security.calls.registry import readers
from premium.security.calls.tree import Opened, Tree
from premium.security.judgement.allowances import allowance, operator
from premium.security.judgement.movements import movement
from premium.security.judgement.powers import delegation, party, power
from premium.security.judgement.scene import Found, Place, Scene, found, labels
from premium.security.judgement.trades import order, proceeds, trade
from premium.security.knowledge.known import NATIVE

FORMS = {
    Form.MALFORMED: "calldata_malformed",
    Form.NONCANONICAL: "calldata_noncanonical",
    Form.TRAILING: "calldata_trailing",
}
"""Findings of the forms that data stand in."""


def judge(tree: Tree, scene: Scene, *, top: bool) -> Iterator[Found]:
    """Judge all calls and their effects; `top` says that the first is the transaction itself."""
    scene.mine |= tree.mine
    for sentence in tree.cut:
        scene.unknown(f"Not everything was opened: {sentence}.")
    inner = [each for each in tree.calls if each.call.path]
    if inner and (top or len(tree.calls) > 1):
        yield found("nested_calls", Place(inner[0].call.path, inner[0].call.to), value=len(inner))
    for each in tree.calls:
        yield from _call(each, scene)
    for each, effect in tree.effects:
        yield from _effect(each, effect, scene)
    yield from _unbound(tree)


def place_of(opened: Opened) -> Place:
    """Return where a call is."""
    signature = opened.reading.signature
    return Place(opened.call.path, opened.call.to, signature.text if signature else None)


def _call(opened: Opened, scene: Scene) -> Iterator[Found]:
    call, reading, place = opened.call, opened.reading, place_of(opened)
    for flaw in reading.decoded.flaws if reading.decoded is not None and reading.confidence != "guess" else ():
        yield found(FORMS[flaw.form], place, value=f"byte {flaw.offset}: {flaw.reason}")
    if call.delegate and not opened.itself:
        yield from _delegated(opened, scene, place)
    if call.signature is None and not opened.itself:
        yield from labels(call.to, scene, place)
    if call.data and not opened.itself and call.signature is None:
        yield from _target(opened, scene, place)
    yield from _function(opened, scene, place)


def _delegated(opened: Opened, scene: Scene, place: Place) -> Iterator[Found]:
    to = opened.call.to
    known = to in scene.known.libraries or scene.known.is_known(to)
    yield found("delegatecall_inside", place, known=known, holder=to)


def _target(opened: Opened, scene: Scene, place: Place) -> Iterator[Found]:
    call, known = opened.call, scene.known
    trusted = _is_trusted(call.to, scene)
    if known.code.get(call.to) in (0, b""):
        yield found("target_account", place, holder=call.to)
    elif not trusted and call.to not in known.libraries and not call.delegate:
        scene.unknown("What the code of a target does was not read: it is not known.")
    if call.value and not trusted:
        yield found("value_to_unknown", place, holder=call.to, value=call.value)
        signature = opened.reading.signature
        if signature and is_bait(signature.name):
            yield found("name_deceptive", place, holder=call.to, value=call.value)


def _is_trusted(address: str, scene: Scene) -> bool:
    return scene.known.is_known(address) or scene.known.is_token(address) or scene.is_mine(address)


def _function(opened: Opened, scene: Scene, place: Place) -> Iterator[Found]:
    reading, call = opened.reading, opened.call
    if reading.selector is not None and reading.signature is None and scene.known.code.get(call.to) not in (0, b""):
        yield found(
            "function_unknown",
            place,
            value=f"0x{reading.selector.hex()}",
            candidates=", ".join(reading.candidates) or None,
        )
        scene.unknown("What a function does is not known: its selector is in no source, or in several.")
    elif reading.signature is not None and reading.values is None:
        scene.unknown("Arguments could not be read.")
    elif reading.signature is not None and reading.signature.text not in readers() and not _is_trusted(call.to, scene):
        scene.unknown("What a function does is known by its name alone.")


def _effect(opened: Opened, effect: Effect, scene: Scene) -> Iterator[Found]:  # noqa: C901, PLR0912 - a line a kind
    place, sender = place_of(opened), opened.call.sender
    match effect:
        case Allow():
            yield from allowance(effect, scene, place)
        case AllowAll():
            yield from operator(effect, scene, place)
        case Move(how="native") if opened.call.data:
            yield from _coin_with_call(effect, scene, place)
        case Move():
            is_nft = effect.how == "erc20" and scene.is_collection(effect.token)
            yield from movement(effect._replace(amount=1, how="nft") if is_nft else effect, sender, scene, place)
        case Trade():
            yield from trade(effect, sender, scene, place)
        case Proceeds():
            yield from proceeds(effect, sender, scene, place)
        case Order():
            yield from order(effect, scene, place)
        case Power():
            yield from power(effect, scene, place)
        case Party():
            yield from party(effect, scene, place)
        case Delegation():
            yield from delegation(effect, scene, place, None)
        case Deadline():
            if scene.is_far(effect.until, 1):
                yield found("deadline_far", place, value=effect.until)
        case Flawed():
            yield found(FORMS[Form(effect.form)], place, value=effect.reason)
        case _:
            return


def _coin_with_call(effect: Move, scene: Scene, place: Place) -> Iterator[Found]:
    """Value that goes along with a call is judged with its target; what is left is the balance."""
    balance = scene.known.balances.get(NATIVE)
    if effect.owner == scene.user and balance and effect.amount + scene.gas_cost >= balance:
        yield found("balance_all", place, holder=effect.recipient, token=NATIVE, value=effect.amount)


def _unbound(tree: Tree) -> Iterator[Found]:
    """Find swaps that stay with the router without a minimum, where nothing bounds what is taken from there."""
    held = [(at, each) for at, each in tree.effects if isinstance(each, Trade) and each.recipient is None]
    bound = {at.call.here for at, each in tree.effects if isinstance(each, Proceeds) and each.least}
    for at, each in held:
        if not each.exact_out and each.amount_out == 0 and at.call.here not in bound and each == held[-1][1]:
            yield found("minimum_zero", place_of(at), token=each.token_out, value=0)
