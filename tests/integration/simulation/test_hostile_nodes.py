"""Nodes that hang, lie, flood and babble: a simulation by them is refused with a sentence, or is a true one."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.evm import Evm
from premium.simulation.model import NotSimulated, Simulated, Transaction
from tests.fixtures.lying_node import LyingNode, refuses, says
from tests.integration.simulation.nodes import PLACE, pays, simulated

pytestmark = pytest.mark.integration
METHODS = ("eth_getBlockByNumber", "eth_getBalance", "eth_simulateV1", "debug_traceCall")
JUNK: tuple[Any, ...] = (
    None,
    True,
    7,
    -1,
    "",
    "0x",
    "0xzz",
    "0x" + "f" * 70,
    [],
    {},
    [[]],
    {"a": {}},
    "\u202e\x00\x1b[2J",
    "0x" + "61" * 300_000,
)
Nodes = Callable[[str], LyingNode]


def claim(sender: str) -> Transaction:
    return Transaction(sender=sender, to=PLACE, data=b"claim", gas=500_000, max_fee=5 * 10**9, priority_fee=1)


@pytest.fixture
def sender(evm: Evm) -> str:
    evm.call("anvil_setCode", PLACE, f"0x{pays('6001').hex()}")
    evm.call("anvil_setBalance", PLACE, hex(5 * 10**18))
    return str(evm.call("eth_accounts")[3]).lower()


def spoilt(value: Any, chance: random.Random) -> Any:
    """The value with one place of it, at any depth, replaced by junk."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(sorted(value))
        return {**value, key: spoilt(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        return [*value[:place], spoilt(value[place], chance), *value[place + 1 :]]
    return chance.choice(JUNK)


@pytest.mark.parametrize("seed", range(24))
def test_junk_at_any_place_is_refused_or_harmless(evm: Evm, sender: str, lying_nodes: Nodes, seed: int) -> None:
    chance, node = random.Random(seed), lying_nodes(evm.url)
    if seed % 2:
        node.lies.append(refuses("eth_simulateV1", -32601, "the method does not exist"))
    method = chance.choice(METHODS)
    node.lies.append(says(method, lambda result, _: spoilt(result, chance), times=1))
    said = _said(lambda: simulated(node.url, claim(sender), seconds=30))
    assert said is None or (said.isascii() and said.isprintable())


def _said(run: Callable[[], Simulated]) -> str | None:
    """Why a simulation was refused; None where it was made."""
    try:
        run()
    except NotSimulated as refused:
        return str(refused)
    return None


def test_a_node_that_hangs_costs_its_deadline_and_no_more(evm: Evm, sender: str, lying_nodes: Nodes) -> None:
    node = lying_nodes(evm.url)

    def hangs(call: Mapping[str, Any], true: dict[str, Any]) -> None:
        del true
        if call["method"] == "eth_simulateV1":
            time.sleep(6)

    node.lies.append(hangs)
    started = time.monotonic()
    with pytest.raises(NotSimulated, match="did not answer"):
        simulated(node.url, claim(sender), seconds=2)
    assert time.monotonic() - started < 5


def test_words_of_a_node_are_shown_without_what_nobody_sees(evm: Evm, sender: str, lying_nodes: Nodes) -> None:
    node = lying_nodes(evm.url)
    node.lies += [
        refuses(name, -32000, "\u202eevil\x1b[2J" * 99) for name in ("eth_simulateV1", "debug_traceCall", "eth_call")
    ]
    with pytest.raises(NotSimulated) as refused:
        simulated(node.url, claim(sender))
    assert str(refused.value).isascii()
    assert len(str(refused.value)) < 300
