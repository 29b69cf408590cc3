"""A node's own simulation under real surroundings: what contracts see, what moves, and what betrays a simulator."""

from __future__ import annotations

import pytest

from local.evm import Evm
from local.market.artifacts import creation_code
from premium.simulation.model import NATIVE, Movement, NotSimulated, Transaction
from tests.factories.contracts.deployment import deploy
from tests.fixtures.lying_node import refuses, says
from tests.integration.simulation.nodes import PLACE, pays, simulated

pytestmark = pytest.mark.integration
ETHER = 10**18


@pytest.fixture
def sender(evm: Evm) -> str:
    evm.call("anvil_setCoinbase", "0x" + "c0" * 20)
    evm.call("anvil_mine", "0x1")
    return str(evm.call("eth_accounts")[3]).lower()


def _place(evm: Evm, code: bytes) -> None:
    evm.call("anvil_setCode", PLACE, f"0x{code.hex()}")
    evm.call("anvil_setBalance", PLACE, hex(5 * ETHER))


SIMULATORS = {
    "coinbase": "4115",  # the producer is nobody
    "base fee": "4815",
    "gas price": "3a15",
    "gas": "629896805a11",  # more than ten million are left
    "randomness": "4415",
    "balance": "69d3c21bcecceda1000000" + "33" + "31" + "10" + "15",  # the caller has a million coins
    "origin": "32" + "33" + "14" + "15",  # somebody else began the transaction
    "code": "33" + "3b",  # the caller has code
}


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_contract_that_pays_in_a_simulator_alone_is_told_by_what_it_looks_at(
    evm: Evm, sender: str, name: str
) -> None:
    _place(evm, pays(SIMULATORS[name]))
    found = simulated(evm.url, Transaction(sender=sender, to=PLACE, data=b"claim"))
    assert found.success
    assert found.movements == ()
    assert any(name in each.name and each.end == "better" for each in found.variants)


def test_a_token_that_comes_in_a_simulator_alone_is_told(evm: Evm, sender: str) -> None:
    """The run that counts never touches the token; under the other base fee it comes."""
    types = ("string", "string", "uint256", "address")
    token = deploy(evm, creation_code("ERC20PresetFixedSupply"), types, ("A", "A", ETHER, PLACE))
    transfer = "63a9059cbb60e01b600052" + "33600452" + "6005602452" + f"6000600060446000600073{token[2:]}5af1"
    _place(evm, bytes.fromhex(f"4815600657005b{transfer}00"))
    found = simulated(evm.url, Transaction(sender=sender, to=PLACE, data=b"claim"))
    assert found.movements == ()
    # With the gas that a wallet gives for what the run used, the transfer alone does not fit.
    (differs,) = [each for each in found.variants if each.name == "base fee and gas"]
    assert differs.end == "better"
    assert [(each.asset, each.amount) for each in differs.movements] == [(token, 5)]


def test_conditions_that_hold_only_together_are_named_together(evm: Evm, sender: str) -> None:
    _place(evm, pays("4115" + "4815" + "16"))
    found = simulated(evm.url, Transaction(sender=sender, to=PLACE, data=b"claim"))
    assert found.movements == ()
    assert ("coinbase and base fee", "better") in {(each.name, each.end) for each in found.variants}


def test_what_pays_everybody_differs_nowhere(evm: Evm, sender: str) -> None:
    _place(evm, pays("6001"))
    found = simulated(evm.url, Transaction(sender=sender, to=PLACE, data=b"claim"))
    assert Movement(sender, NATIVE, "native", ETHER) in found.movements
    assert {each.end for each in found.variants} == {"same"}


def test_traces_say_the_same_as_blocks(evm: Evm, sender: str, lying_nodes) -> None:  # type: ignore[no-untyped-def] # a fixture's factory
    _place(evm, pays("6001"))
    without = lying_nodes(evm.url)
    without.lies.append(refuses("eth_simulateV1", -32601, "the method does not exist"))
    step = Transaction(sender=sender, to=PLACE, data=b"claim", value=3)
    first, second = (simulated(url, step) for url in (evm.url, without.url))
    assert (first.method, second.method) == ("eth_simulateV1", "debug_traceCall")
    assert (first.success, first.gas_used, first.movements) == (second.success, second.gas_used, second.movements)
    assert [each[:3] for each in first.variants] == [each[:3] for each in second.variants]


def test_plain_calls_say_what_they_cannot_see(evm: Evm, sender: str, lying_nodes) -> None:  # type: ignore[no-untyped-def] # a fixture's factory
    _place(evm, pays("6001"))
    without = lying_nodes(evm.url)
    without.lies += [
        refuses(name, -32601, "the method does not exist") for name in ("eth_simulateV1", "debug_traceCall")
    ]
    found = simulated(without.url, Transaction(sender=sender, to=PLACE, data=b"claim"))
    assert (found.method, found.success, found.movements) == ("eth_call", True, ())
    assert "what moved: the node shows no state after the transaction" in found.unknowns


def test_a_node_that_answers_in_two_ways_is_not_believed(evm: Evm, sender: str, lying_nodes) -> None:  # type: ignore[no-untyped-def] # a fixture's factory
    _place(evm, pays("6001"))
    lying, asked = lying_nodes(evm.url), []

    def more(result, call):  # type: ignore[no-untyped-def] # JSON
        asked.append(call)
        if len(asked) == 2:
            result[0]["calls"][1]["gasUsed"] = "0x5300"
        return result

    lying.lies.append(says("eth_simulateV1", more))
    with pytest.raises(NotSimulated, match="two ways"):
        simulated(lying.url, Transaction(sender=sender, to=PLACE, data=b"claim"))
