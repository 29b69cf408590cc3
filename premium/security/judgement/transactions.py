"""Judge one transaction: what was asked, opened, judged and put into an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from premium.abi.values import shown_address
from premium.security.calls.effects import Delegation, Effect, Inner, Party, Power
from premium.security.calls.tree import Opened, Tree, open_calls
from premium.security.envelope.raw import Authorization
from premium.security.judgement import calls as of_calls
from premium.security.judgement.answer import answer
from premium.security.judgement.origins import origin
from premium.security.judgement.powers import delegation, party, power
from premium.security.judgement.scene import Found, Place, Scene, found
from premium.security.judgement.sentences import summary
from premium.security.knowledge.known import Knowledge


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A transaction in one form for all that describe one.

    Calls bear their paths; the transaction's own is empty.
    """

    chain: int | None
    user: str | None
    calls: tuple[tuple[str, Inner], ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    creates: tuple[bytes, ...] = ()
    parties: tuple[Party | Power, ...] = ()
    gas_cost: int = 0
    wallet_chain: int | None = None
    origin: str | None = None
    single: bool = True
    simulate: bool = False


def judged(asked: Asked, known: Knowledge) -> dict[str, Any]:
    """Return the answer about a transaction."""
    scene = Scene(known=known, user=asked.user, gas_cost=asked.gas_cost)
    tree = open_calls(asked.calls, asked.user, known)
    listed = [*_envelope(asked, scene), *of_calls.judge(tree, scene, top=asked.single)]
    effects: list[Effect] = [effect for _, effect in tree.effects]
    effects += [Delegation(each.account, each.delegate, each.chain) for each in asked.authorizations]
    if asked.simulate:
        scene.unknown("The transaction was not simulated.")
    return {**_decoded(tree, asked), "simulation": None, **answer(listed, scene.unknowns, summary(effects, scene))}


def _envelope(asked: Asked, scene: Scene) -> Iterator[Found]:
    place = Place()
    if asked.chain is not None and asked.wallet_chain is not None and asked.chain != asked.wallet_chain:
        yield found("chain_other", place, value=asked.chain, wallet=asked.wallet_chain)
    yield from origin(asked.origin, scene)
    for code in asked.creates:
        yield found("creates_contract", place, value=f"{len(code)} bytes of code")
        scene.unknown("What the new contract does was not read.")
    for each in asked.authorizations:
        made = Delegation(each.account, each.delegate, each.chain)
        yield from delegation(made, scene, place, asked.chain)
    for one in asked.parties:
        yield from party(one, scene, place) if isinstance(one, Party) else power(one, scene, place)


def _decoded(tree: Tree, asked: Asked) -> dict[str, Any]:
    first = tree.calls[0] if tree.calls and asked.single else None
    reading = first.reading if first is not None else None
    return {
        "selector": f"0x{reading.selector.hex()}" if reading is not None and reading.selector else None,
        "signature": reading.signature.text if reading is not None and reading.signature else None,
        "confidence": reading.confidence if reading is not None else "none",
        "args": reading.args if reading is not None else None,
        "candidates": list(reading.candidates) if reading is not None else [],
        "calls": [_shown(each) for each in tree.calls if each is not first],
    }


def _shown(opened: Opened) -> dict[str, Any]:
    call, reading = opened.call, opened.reading
    return {
        "path": call.path,
        "from": shown_address(call.sender),
        "to": shown_address(call.to),
        "value": str(call.value),
        "delegate": call.delegate,
        "selector": f"0x{reading.selector.hex()}" if reading.selector else None,
        "signature": reading.signature.text if reading.signature else None,
        "confidence": reading.confidence,
        "args": reading.args,
    }
