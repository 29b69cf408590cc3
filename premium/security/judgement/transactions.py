"""Judge one transaction: what was asked, opened, judged and put into an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from premium.abi.values import shown_address
from premium.security.calls.effects import Delegation, Effect, Party
from premium.security.calls.tree import Opened, Tree, open_calls
from premium.security.judgement import calls as of_calls
from premium.security.judgement.answer import answer
from premium.security.judgement.asked import Asked
from premium.security.judgement.origins import origin
from premium.security.judgement.powers import delegation, party, power
from premium.security.judgement.scene import Found, Place, Scene, found
from premium.security.judgement.sentences import summary
from premium.security.judgement.simulated import sentences, simulated
from premium.security.knowledge.known import Knowledge
from premium.security.report.simulation import shown_simulation
from premium.simulation.model import NotSimulated, Simulated

__all__ = ["Asked", "Opening", "Simulation", "judged", "opened"]

Simulation = Simulated | NotSimulated | None
"""What came of a simulation, or why there is none; None where none was asked for."""


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A transaction with all that it hides, before it is judged."""

    asked: Asked
    known: Knowledge
    tree: Tree

    @property
    def effects(self) -> list[Effect]:
        """What the calls and the delegations do."""
        listed: list[Effect] = [effect for _, effect in self.tree.effects]
        return listed + [Delegation(each.account, each.delegate, each.chain) for each in self.asked.authorizations]


def opened(asked: Asked, known: Knowledge) -> Opening:
    """Open a transaction; what it says is what a simulation is asked about."""
    return Opening(asked=asked, known=known, tree=open_calls(asked.calls, asked.user, known))


def judged(
    opening: Opening,
    simulation: Simulation = None,
    *,
    slots: Mapping[tuple[str, int], int] | None = None,
) -> dict[str, Any]:
    """Return the answer about a transaction.

    `slots` are values of storage by which holders of switches are named.
    """
    asked, tree, effects = opening.asked, opening.tree, opening.effects
    scene = Scene(known=opening.known, user=asked.user, gas_cost=asked.gas_cost, slots=slots or {})
    listed = [*_envelope(asked, scene), *of_calls.judge(tree, scene, top=asked.single)]
    said: list[str] = []
    if isinstance(simulation, Simulated):
        listed += simulated(simulation, tree, scene, effects)
        said = sentences(simulation, scene)
    elif simulation is not None:
        scene.unknown(f"The transaction was not simulated: {simulation}.")
    form = shown_simulation(simulation) if isinstance(simulation, Simulated) else None
    told = [*summary(effects, scene), *said]
    return {**_decoded(tree, asked), "simulation": form, **answer(listed, scene.unknowns, told)}


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
