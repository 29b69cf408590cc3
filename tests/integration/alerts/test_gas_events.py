"""A rule of gas fires by a real node's blocks, and what a reorganisation orphans is taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from local.evm import Evm
from local.market.node import Node
from tests.integration.alerts.line import Line
from tests.integration.alerts.sources import Source

pytestmark = pytest.mark.integration
GWEI = 10**9
Above = Callable[..., UUID]


def dearer_than(gwei: str, chain: str = "local") -> dict[str, Any]:
    """The columns of a rule of gas."""
    of_chain = {"field": "chain", "operator": "eq", "value": chain}
    return {"type": "gas", "conditions": [of_chain, {"field": "gas_gwei", "operator": "gt", "value": gwei}]}


def pays(evm: Evm, gwei: int) -> str:
    """A block whose one transaction pays so much a unit of gas; the name of its event."""
    sender, receiver = evm.call("eth_accounts")[:2]
    sent = {"from": sender, "to": receiver, "value": "0x1", "gas": hex(21_000), "gasPrice": hex(gwei * GWEI)}
    receipt = Node(evm.url).receipt(evm.call("eth_sendTransaction", sent))
    return f"local:{receipt['blockHash']}:gas"


def told(line: Line, events: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    line.send(*events)
    line.run()
    return line.fired()


def test_a_rule_of_gas_fires_by_the_block_that_is_dearer(source: Source, line: Line, above: Above, evm: Evm) -> None:
    source.poll()
    above(**dearer_than("50"))
    above(**dearer_than("50", "ethereum"))
    cheap, dear = pays(evm, 20), pays(evm, 70)
    events = source.poll()
    by = {event["event_id"]: event for event in events if event["kind"] == "gas"}
    assert (by[cheap]["gas_gwei"], by[dear]["gas_gwei"]) == ("20", "70")
    assert told(line, events) == [(dear, False)], "once, of its own chain alone"
    with line.worker.transaction() as connection:
        (row,) = connection.execute("SELECT event_data ->> 'gas_gwei' AS gwei FROM alert_history").fetchall()
    assert row["gwei"] == "70"
    assert line.count("notices") == 1
    assert told(line, events) == [(dear, False)], "the same block a second time changes nothing"


def test_a_block_that_is_orphaned_is_taken_back(source: Source, line: Line, above: Above, evm: Evm) -> None:
    source.poll()
    above(**dearer_than("50"))
    snapshot = evm.call("evm_snapshot")
    orphan = pays(evm, 90)
    assert told(line, source.poll()) == [(orphan, False)]
    evm.call("evm_revert", snapshot)
    pays(evm, 21)
    pays(evm, 22)
    assert told(line, source.poll()) == [(orphan, True)]
