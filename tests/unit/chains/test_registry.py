"""The shipped chains, and what a deployment's own file may do to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from premium.chains import registry
from premium.chains.registry import Registry, check_shipped, parse
from premium.config import ConfigurationError, Settings

pytestmark = pytest.mark.unit

CHAIN = {"name": "mine", "title": "Mine", "chain_id": 999_999, "native": {"symbol": "ETH", "decimals": 18}}
SHIPPED = json.dumps({"chains": [CHAIN | {"rpc": ["https://node.example"]}]})


def overlay(*chains: object, **more: object) -> Registry:
    return parse(SHIPPED, json.dumps({"chains": chains, **more}), source="file")


def test_more_than_a_hundred_chains_ship_each_with_its_own_id() -> None:
    shipped = registry.load(Settings(premium_stage="dev"))
    assert len(shipped) > 100
    evm = [chain for chain in shipped if chain.kind == "evm"]
    assert len({chain.chain_id for chain in evm}) == len(evm) > 100
    others = {chain.name: chain.kind for chain in shipped if chain.kind != "evm"}
    assert others.pop("solana") == "solana"
    assert others == dict.fromkeys(("bitcoin", "litecoin", "dogecoin", "bitcoin-cash"), "bitcoin")
    assert len(shipped.active) > 100
    ids = {
        "ethereum": 1,
        "optimism": 10,
        "base": 8453,
        "arbitrum": 42161,
        "polygon": 137,
        "bsc": 56,
        "avalanche": 43114,
    }
    assert {name: shipped[name].chain_id for name in ids} == ids
    assert shipped["zksync"].multicall != shipped["ethereum"].multicall


def test_a_file_replaces_single_fields_and_adds_whole_chains() -> None:
    own = overlay({"name": "mine", "rpc": ["http://127.0.0.1:1"]}, CHAIN | {"name": "other", "chain_id": 7})
    assert own["mine"].endpoints == ("http://127.0.0.1:1/",)
    assert own["mine"].chain_id == 999_999
    assert [chain.name for chain in own.active] == ["mine"]


def test_active_names_the_only_chains_that_are_read() -> None:
    second = CHAIN | {"name": "second", "chain_id": 2, "rpc": ["http://127.0.0.1:1"]}
    assert [chain.name for chain in overlay(second, active=["second"]).active] == ["second"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "file: file: is not valid JSON: EOF"),
        ('{"chain": []}', "file: chain: is no field here"),
        ('{"chains": [{"title": "x"}]}', "file: chain 1 has no name"),
        ('{"chains": [{"name": "new"}]}', "file: chain 'new': title: is required"),
        ('{"chains": [{"name": "mine", "chain_id": "x"}]}', "chain 'mine': chain_id: must be a whole number"),
        ('{"chains": [{"name": "mine", "rpc": ["ftp://x"]}]}', "chain 'mine': rpc.0: must begin with 'http"),
        ('{"chains": [{"name": "mine", "multicall": "0x1"}]}', "chain 'mine': multicall: an address is"),
        ('{"chains": [{"name": "mine", "rpcs": []}]}', "chain 'mine': rpcs: is no field here"),
        ('{"active": ["nowhere"]}', "file: active: no chain is called 'nowhere'"),
    ],
)
def test_a_wrong_file_stops_with_a_sentence_that_names_the_place(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(SHIPPED, text, source="file")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("chains", "sentence"),
    [
        ([CHAIN | {"multicall": "0x1"}], "premium/chains/chains.json: chain 'mine': multicall: an address is"),
        ([CHAIN, CHAIN], "premium/chains/chains.json: chain 'mine' is there twice"),
        ([CHAIN, CHAIN | {"name": "twin"}], "premium/chains/chains.json: 'mine' and 'twin' both have chain id"),
        ([{"title": "x"}], "premium/chains/chains.json: chain 1 has no name"),
    ],
)
def test_a_wrong_shipped_entry_is_told_of_the_list_that_has_it(chains: list[dict[str, Any]], sentence: str) -> None:
    """Not of a deployment's own file, which may lie over it and is in order."""
    text = json.dumps({"chains": chains})
    for tried in (lambda: check_shipped(text), lambda: parse(text, '{"active": []}', source="file")):
        with pytest.raises(ConfigurationError) as caught:
            tried()
        assert str(caught.value).startswith(sentence)


def test_the_shipped_list_is_in_order_and_broken_json_is_a_sentence() -> None:
    check_shipped()
    with pytest.raises(ConfigurationError, match=r"premium/chains/chains\.json: is not valid JSON: .*line 1"):
        check_shipped('{"chains": [')


def test_two_names_for_one_chain_would_count_coins_twice() -> None:
    with pytest.raises(ConfigurationError, match="'mine' and 'twin' both have chain id 999999"):
        overlay(CHAIN | {"name": "twin"})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"CHAINS_FILE: .*gone\.json cannot be read: No such file"):
        registry.load(Settings(premium_stage="local", chains_file=str(tmp_path / "gone.json")))


def test_the_document_itself_may_stand_in_the_environment() -> None:
    entry = {"name": "mine", "title": "Mine", "chain_id": 424242, "native": {"symbol": "MY", "decimals": 18}}
    document = json.dumps({"active": ["mine"], "chains": [entry]})
    found = registry.load(Settings(premium_stage="local", chains_file=document))
    assert "mine" in found
    with pytest.raises(ConfigurationError, match="CHAINS_FILE: chain 1 has no name"):
        registry.load(Settings(premium_stage="local", chains_file='{"chains": [{}]}'))


@pytest.mark.parametrize(
    ("heading", "lacks"),
    [
        ("Without a second endpoint", lambda entry: len(entry.get("rpc", ())) < 2),
        ("Without a block time", lambda entry: "block_seconds" not in entry),
        ("Without a finality of their own", lambda entry: "finality_blocks" not in entry),
    ],
)
def test_what_is_not_known_of_a_shipped_chain_is_named(heading: str, lacks: Callable[[dict[str, Any]], bool]) -> None:
    text = (Path(__file__).parents[3] / "docs" / "chains.md").read_text("utf-8")
    (part,) = [each for each in text.split("\n## ") if each.startswith(heading)]
    entries = json.loads((Path(registry.__file__).parent / "chains.json").read_text("utf-8"))["chains"]
    missing = sorted(entry["name"] for entry in entries if lacks(entry))
    assert part.strip().splitlines()[-1].split(", ") == missing
    assert f"({len(missing)})" in part
