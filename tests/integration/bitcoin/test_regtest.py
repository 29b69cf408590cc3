"""A wallet on a real node: ours, the node's own coins, and what another library's wallet syncs are the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import bdkpython as bdk
import pytest

from premium.chains import base58, registry
from premium.chains.bitcoin.adapter import BitcoinAdapter
from premium.chains.bitcoin.derivation import Derivation
from premium.chains.bitcoin.keys import branches
from premium.chains.bitcoin.servers import Servers
from premium.chains.model import Chain, ChainReading, WatchedKey
from premium.chains.transfers.movement import Movement
from premium.clock import SystemClock
from premium.neighbours import open_client
from tests.factories.bitcoin.node import Regtest, regtest

pytestmark = pytest.mark.integration
GENESIS = "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"
MNEMONIC = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
GAP = 25


@pytest.fixture(scope="module")
def node() -> Iterator[Regtest]:
    with regtest() as made:
        made.mine(105)
        yield made


def chain(node: Regtest) -> Chain:
    network = {
        "checkpoint": {"height": 0, "hash": GENESIS}, "pubkey_hash": 111, "script_hash": [196], "hrp": "bcrt",
        "taproot": True, "is_test": True, "keys": [
            {"prefix": "tpub", "version": "043587cf", "scripts": ["pkh", "sh_wpkh", "wpkh", "tr"]},
            {"prefix": "vpub", "version": "045f1cf6", "scripts": ["wpkh"]}],
    }  # fmt: skip
    entry = {"name": "regtest", "title": "Regtest", "kind": "bitcoin", "native": {"symbol": "BTC", "decimals": 8},
             "rpc": [node.url], "network": network, "discovery": None, "max_head_age_seconds": None}  # fmt: skip
    return registry.parse('{"chains": []}', json.dumps({"chains": [entry]}))["regtest"]


def read(node: Regtest, key: str, first: int) -> tuple[ChainReading, list[Movement]]:
    async def work() -> tuple[ChainReading, list[Movement]]:
        watched = WatchedKey(key=key, gap_limit=GAP)
        async with open_client() as client:
            adapter = BitcoinAdapter(Servers(chain(node), client, deadline=20), SystemClock())
            said = await adapter.read({"k": frozenset()}, None, {"k": watched})
            return said, list(await adapter.movements("k", watched, first, said.block))

    return asyncio.run(work())


def test_our_reading_is_what_the_development_kit_syncs(node: Regtest) -> None:
    secret = bdk.DescriptorSecretKey(bdk.NetworkKind.TEST, bdk.Mnemonic.from_string(MNEMONIC), None)
    pair = [bdk.Descriptor.new_bip84(secret, kind, bdk.NetworkKind.TEST)
            for kind in (bdk.KeychainKind.EXTERNAL, bdk.KeychainKind.INTERNAL)]  # fmt: skip
    public = str(pair[0])
    start = public.index("]") + 1
    tpub = public[start : public.index("/", start)]
    key = base58.encode_check(bytes.fromhex("045f1cf6") + base58.decode_check(tpub)[4:])
    network = chain(node).network
    assert network is not None
    receive, change = (Derivation(branch).scripts(0, 40) for branch in branches(key, network))
    theirs = pair[0].derive_address(3, bdk.Network.REGTEST).script_pubkey().to_bytes()
    assert receive[3] == bytes(theirs), "the same addresses under another chain's prefix"
    first = int(node.get("/blocks/tip/height")) + 1
    node.send((receive[0], 150_000), (receive[3], 20_000), (change[1], 3_000))
    node.mine()
    node.send((receive[27], 400))
    node.mine(1, receive[5])
    node.send((receive[7], 9_999))
    said, moved = read(node, key, first)
    reward = sum(units for each in said.apart if each.kind == "immature" for units, _ in each.parts)
    wallet = bdk.Wallet(pair[0], pair[1], bdk.Network.REGTEST, bdk.Persister.new_in_memory())
    client = bdk.EsploraClient(node.url, None)
    wallet.apply_update(client.full_scan(wallet.start_full_scan().build(), GAP, 1))
    balance = wallet.balance()
    assert balance.confirmed.to_sat() == 173_400 == sum(row.units for row in said.balances)
    assert balance.immature.to_sat() == reward > 0
    pending = balance.untrusted_pending.to_sat() + balance.trusted_pending.to_sat()
    (waiting,) = [each for each in said.apart if each.kind == "unconfirmed"]
    assert pending == 9_999 == int(waiting.facts["net"])
    assert sum(each.units.get(None, 0) - each.gas for each in moved) == 173_400 + reward
    assert said.block == int(node.get("/blocks/tip/height"))
