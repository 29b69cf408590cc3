"""Run what a case states on a node of our own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from premium.abi.signatures import Signature, signature_of
from premium.chains.endpoint import Call, RpcError
from premium.security.calldata.database import database
from premium.security.cases.worlds import WorldCase
from premium.security.judgement.requests import request_of
from premium.security.judgement.transactions import Opening, Simulation
from premium.security.knowledge.known import Knowledge
from premium.simulation.engine import simulate
from premium.simulation.model import MAX_GAS, NotSimulated, Override, Request, merged
from premium.simulation.own.anvil import OwnNode, own_node

_SECONDS = 30.0
_ENOUGH = 10**22


def ready() -> None:
    """Start the node, so that its start is not counted.

    That it cannot is told with the case.
    """
    with suppress(NotSimulated):
        own_node()


def in_world(known: Knowledge, world: WorldCase | None) -> Knowledge:
    """Return what is known, with the codes that a world states.

    An account without code is known for one.
    """
    if world is None:
        return known
    stated = {address: one.code or 0 for address, one in world.state().items()}
    return replace(known, code={**stated, **known.code})


def run_in_world(opening: Opening, world: WorldCase, time: int | None) -> Simulation:
    """Return what a transaction comes to in a world, or why that is not known."""
    asked = opening.asked
    request = request_of(
        asked, opening.effects, opening.known, overrides=world.overrides(), surroundings=world.surroundings(time)
    )
    if request is None:
        return NotSimulated("nobody is known who sends it")
    request = _with_coin(request)
    try:
        node = own_node().on_chain(asked.chain)
        return node.run(simulate(node, request, errors=error_of, seconds=_SECONDS))
    except NotSimulated as error:
        return error


def _with_coin(request: Request) -> Request:
    """A sender whom the world leaves out has coin enough, and that is said."""
    missing = {step.sender for step in request.steps} - set(request.overrides)
    if not missing:
        return request
    held = {sender: Override(balance=_ENOUGH) for sender in missing}
    return replace(
        request,
        overrides=merged(request.overrides, held),
        assumed=(*request.assumed, "coin enough of the sender, whom the world does not state"),
    )


class OwnReader:
    """A `StateReader` of a node of our own, at its newest block."""

    def __init__(self, node: OwnNode) -> None:
        self._node = node
        self._kept: dict[tuple[Any, ...], Any] = {}
        self.block_number = int(self._ask("eth_blockNumber"), 16)

    def code(self, address: str) -> bytes:
        """Return the runtime code; empty where the address has none."""
        return bytes.fromhex(str(self._ask("eth_getCode", address, "latest"))[2:])

    def storage(self, address: str, slot: int) -> int:
        """Return the word in a storage slot."""
        return int(self._ask("eth_getStorageAt", address, hex(slot), "latest"), 16)

    def call(self, to: str, data: bytes, *, sender: str | None = None) -> bytes | None:
        """Return what a call returns; None where it reverts."""
        asked = (("to", to), ("data", f"0x{data.hex()}"), ("gas", hex(MAX_GAS)))
        answer = self._ask("eth_call", (*asked, ("from", sender)) if sender else asked, "latest")
        return bytes.fromhex(answer[2:]) if answer is not None else None

    def _ask(self, method: str, *params: Any) -> Any:
        key = (method, *params)
        if key not in self._kept:
            named = tuple(dict(each) if isinstance(each, tuple) else each for each in params)
            (answer,) = self._node.run(self._node.batch([Call(method, named)]))
            self._kept[key] = None if isinstance(answer, RpcError) else answer
        return self._kept[key]


def error_of(selector: bytes) -> Signature | None:
    """Return a custom error by its selector, where the database has one alone."""
    texts = database().errors.get(selector, ())
    return signature_of(texts[0]) if len(texts) == 1 else None
