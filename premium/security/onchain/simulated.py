"""Simulate a transaction on a chain's node, for whoever judges it."""

from __future__ import annotations

from premium.chains.rpc import Rpc
from premium.errors import UpstreamUnavailable
from premium.security.cases.runs import error_of
from premium.security.judgement.asked import Asked
from premium.security.judgement.requests import request_of
from premium.security.judgement.transactions import Simulation, opened
from premium.security.knowledge.known import Knowledge
from premium.simulation.engine import simulate
from premium.simulation.model import NotSimulated


async def simulated_on(rpc: Rpc, asked: Asked, known: Knowledge, *, seconds: float) -> Simulation:
    """Return what a transaction comes to, or why that is not known.

    It never raises for a node's sake: what came too late or is not to be believed is told in the answer.
    """
    request = request_of(
        asked, opened(asked, known).effects, known, block_seconds=int(rpc.chain.block_seconds or 12) or 1
    )
    if request is None:
        return NotSimulated("nobody is known who sends it")
    try:
        return await simulate(await rpc.view(), request, errors=error_of, seconds=seconds)
    except NotSimulated as error:
        return error
    except UpstreamUnavailable as error:
        return NotSimulated(f"the node does not answer: {error}")
