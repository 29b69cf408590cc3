"""Token Lists: what is read of one, what is refused by its name, and how a deployment's file brings them in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from premium.chains import registry
from premium.chains.contracts import token_lists
from premium.config import ConfigurationError, Settings
from premium.portfolio.valuation.spam import listed_of
from tests.factories.npm import artifacts

pytestmark = pytest.mark.unit
ADDRESS, OTHER = "0x1f9840a85d5aF5bf1D1762F925BDADdC4201F984", "0x" + "ab" * 20
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"


def token(**fields: Any) -> dict[str, Any]:
    return {"chainId": 1, "address": ADDRESS, "name": "Uniswap", "symbol": "UNI", "decimals": 18} | fields


def document(*tokens: Any, **fields: Any) -> bytes:
    head = {"name": "Mine", "timestamp": "2026-11-01T00:00:00Z", "version": {"major": 1, "minor": 2, "patch": 3}}
    return json.dumps(head | {"tokens": list(tokens), "logoURI": "ipfs://x"} | fields).encode()


def test_uniswaps_list_is_read_whole() -> None:
    """22.21.0, under the GPL: read here, and not shipped."""
    path = "build/uniswap-default.tokenlist.json"
    whole = artifacts("@uniswap/default-token-list", path)["uniswap-default.tokenlist"]
    read = token_lists.parsed(json.dumps(whole).encode(), "GPL-3.0")
    assert (read.name, read.version) == ("Uniswap Labs Default", "22.21.0")
    assert len(read.tokens) == 26
    rows = [each for mine in read.tokens.values() for each in mine]
    assert len(rows) == 1723 == len({(each.chain_id, each.address) for each in rows})
    by_place = {(each.chain_id, each.address): each for each in rows}
    assert by_place[1, USDC].symbol == "USDC"
    assert by_place[1, USDC].decimals == 6


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is not valid JSON"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[]", "file: must be a JSON object"),
        (document(token(), timestamp="yesterday"), "timestamp: must be a date and time"),
        (document(version={"major": 1}), "version.minor: is required"),
        (document(token(), token(address="0x12")), "tokens.1.address: "),
        (document(token(address=ADDRESS.replace("aF5", "Af5"))), "tokens.0.address: "),
        (document(token(decimals=256)), "tokens.0.decimals: "),
        (document(token(decimals="18.5")), "tokens.0.decimals: "),
        (document(token(symbol="U" * 33)), "tokens.0.symbol: "),
        (document("UNI"), "tokens.0: must be a JSON object"),
        (document(token(), token(address=ADDRESS.lower(), decimals=6)), "tokens.1.decimals: "),
        (document(*[token()] * 10_001), "tokens: "),
    ],
)
def test_what_is_wrong_is_named(content: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        token_lists.parsed(content, "MIT")
    assert said in str(refused.value)


def deployed(tmp_path: Path, *tokens: Any, licence: str = "CC0", name: str = "list.json") -> registry.Registry:
    (tmp_path / "list.json").write_bytes(document(*tokens))
    file = tmp_path / "chains.json"
    file.write_text(json.dumps({"token_lists": [{"file": name, "licence": licence}]}))
    return registry.load(Settings(premium_stage="dev", chains_file=str(file)))


def test_a_deployments_list_adds_tokens_and_vouches_for_no_symbol(tmp_path: Path) -> None:
    more = token(address=OTHER, symbol="USDC")
    unknown = token(chainId=987654321, address=OTHER)
    found = deployed(tmp_path, token(), token(), more, unknown)
    ethereum = found["ethereum"]
    assert {address.lower() for address in ethereum.listed} == {OTHER}, "UNI is in the shipped entry"
    assert ethereum.tokens == registry.shipped()["ethereum"].tokens
    assert [(each.name, each.version, each.licence) for each in found.lists] == [("Mine", "1.2.3", "CC0")]
    keys, symbols = listed_of(found)
    assert f"ethereum:{OTHER}" in keys
    assert symbols == listed_of(registry.shipped())[1]


def test_a_wrong_list_stops_the_start_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"chains.json: token_lists: list.json: tokens.0.decimals"):
        deployed(tmp_path, token(decimals=-1))
    with pytest.raises(ConfigurationError, match=r"token_lists: none.json: cannot be read"):
        deployed(tmp_path, name="none.json")
    with pytest.raises(ConfigurationError, match=r"token_lists.0.licence"):
        deployed(tmp_path, licence="")
