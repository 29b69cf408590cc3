"""The shipped protocols: complete, of chains that there are, each with where its addresses are published."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from premium.chains.contracts.protocols import Protocol, shipped
from premium.chains.registry import listed_tokens

pytestmark = pytest.mark.unit
ENTRY = {"name": "some", "title": "Some", "sources": ["https://some.test"]}


def test_every_shipped_protocol_is_complete_and_named_once_a_chain() -> None:
    chains = {chain for tokens in listed_tokens().values() for chain in tokens}
    found = shipped()
    assert {"ethereum", "arbitrum", "base", "bsc"} <= found.keys()
    assert found.keys() - chains - {"gnosis", "avalanche", "optimism", "polygon"} == set()
    for chain, entries in found.items():
        names = [(entry.name, entry.kind) for entry in entries]
        assert len(set(names)) == len(names), chain


def test_no_contract_stands_under_two_protocols_of_a_chain() -> None:
    """A position would be read twice, and the second thrown away."""
    for entries in shipped().values():
        mine = [
            address
            for entry in entries
            for address in (entry.manager, entry.provider, entry.comptroller, *entry.contracts)
            if address
        ]
        assert len(set(mine)) == len(mine)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "v2_lp"}, "factory is required"),
        ({"kind": "vault"}, "contracts, or factory with check"),
        ({"kind": "vault", "factory": "0x" + "11" * 20}, "contracts, or factory with check"),
        ({"kind": "staked", "contracts": ["0x" + "11" * 20]}, "rate is required"),
        ({"kind": "staked", "contracts": ["0x" + "11" * 20], "rate": "rate(bytes)"}, "pattern"),
        ({"kind": "aave_v3", "provider": "0x12"}, "an address is 0x and 40"),
        ({"kind": "unheard"}, "Input should be"),
    ],
)
def test_an_entry_that_lacks_something_is_refused(fields: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Protocol.model_validate({**ENTRY, **fields})
