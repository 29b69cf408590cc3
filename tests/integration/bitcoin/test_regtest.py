"""A real node of Bitcoin (regtest): what is read of a key is what the Bitcoin Development Kit's own wallet finds."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator

import pytest
from bdkpython import Descriptor, EsploraClient, NetworkKind, Persister, Wallet
from bdkpython import Network as BdkNetwork

from premium.chains.base58 import decode_check, encode_check
from premium.chains.bitcoin.adapter import BitcoinAdapter
from premium.chains.bitcoin.servers import Servers
from premium.chains.bucket import TokenBucket
from premium.chains.model import ChainReading, WatchedKey
from premium.clock import SystemClock
from premium.neighbours import open_client
from tests.factories.bitcoin import Regtest, regtest
from tests.integration.bitcoin.conftest import chain
from tests.integration.bitcoin.test_reading import XPUB, ZPUB, coin, scripts

pytestmark = pytest.mark.integration
_TPUB = bytes.fromhex("043587cf")
STRANGER = b"\x00\x14" + b"\x09" * 20
FORMS = {"wpkh": "wpkh({}/{}/*)", "sh_wpkh": "sh(wpkh({}/{}/*))", "pkh": "pkh({}/{}/*)"}


@pytest.fixture(scope="module")
def node() -> Iterator[Regtest]:
    with regtest() as made:
        yield made


def tpub(key: str) -> str:
    """The same key as a network of tests writes it."""
    return encode_check(_TPUB + decode_check(key)[4:])


def read(node: Regtest, key: str, gap: int) -> ChainReading:
    """With more requests a second than a chain is asked: what is compared is what is found."""
    genesis = {"checkpoint": {"height": 0, "hash": node.said("/block-height/0")}}
    bitcoin = chain([node.url], network=genesis)

    async def run() -> ChainReading:
        async with open_client() as client:
            servers = Servers(bitcoin, client, bucket=TokenBucket(5_000), deadline=20.0)
            keys = {"key": WatchedKey(key=key, gap_limit=gap)}
            return await BitcoinAdapter(servers, SystemClock()).read({"key": frozenset()}, None, keys)

    return asyncio.run(run())


def synced(node: Regtest, key: str, gap: int, form: str = "wpkh") -> tuple[int, int, int]:
    """Confirmed, immature and pending coin of the development kit's wallet of the same key."""
    receive, change = (Descriptor(FORMS[form].format(tpub(key), place), NetworkKind.TEST) for place in (0, 1))
    wallet = Wallet(receive, change, BdkNetwork.REGTEST, Persister.new_in_memory())
    wallet.apply_update(EsploraClient(node.url).full_scan(wallet.start_full_scan().build(), gap, 4))
    found = wallet.balance()
    pending = found.trusted_pending.to_sat() + found.untrusted_pending.to_sat()
    return found.confirmed.to_sat(), found.immature.to_sat(), pending


def of(reading: ChainReading) -> tuple[int, int, int]:
    """The same three of a reading."""
    parts = {each.kind: sum(units for units, _ in each.parts) for each in reading.apart}
    return coin(reading, "key"), parts.get("immature", 0), parts.get("unconfirmed", 0)


def test_a_key_has_what_the_development_kit_s_wallet_finds(node: Regtest) -> None:
    draw, mine = random.Random(21), scripts(ZPUB, 0, 40) + scripts(ZPUB, 1, 20)
    for _ in range(12):
        node.pay([(draw.choice(mine), draw.randrange(1_000, 10**8)) for _ in range(draw.randrange(1, 4))])
    node.pay([(STRANGER, 10**6)])
    node.earn(mine[3])
    node.pay([(mine[5], 4_321), (STRANGER, 5)], mined=False)
    reading = read(node, ZPUB, 60)
    found = of(reading)
    assert found == synced(node, ZPUB, 60)
    assert all(found), "each of the three is something"
    assert reading.block_hash == node.said("/blocks/tip/hash")


@pytest.mark.parametrize("gap", [20, 41, 1_000])
def test_gaps_end_where_the_wallet_s_do(node: Regtest, gap: int) -> None:
    """Of the key under another script, so that nothing else was paid to it."""
    mine = scripts(XPUB, 2, 950)
    if not coin(read(node, f"sh(wpkh({XPUB}/<0;1>/*))", 20), "key"):
        node.pay([(mine[0], 1_000), (mine[41], 20_000), (mine[940], 300_000)])
    found = of(read(node, f"sh(wpkh({XPUB}/<0;1>/*))", gap))
    assert found == synced(node, XPUB, gap, "sh_wpkh")
    assert found[0] == {20: 1_000, 41: 21_000, 1_000: 321_000}[gap]


def test_a_bare_xpub_has_all_that_wallets_of_each_script_find(node: Regtest) -> None:
    for branch, units in ((0, 11_000), (1, 12_000), (4, 13_000), (5, 14_000)):
        node.pay([(scripts(XPUB, branch, 8)[7], units)])
    each = [synced(node, XPUB, 20, form)[0] for form in FORMS]
    assert of(read(node, XPUB, 20))[0] == sum(each)
    assert json.loads(node.said("/blocks"))[0]["id"] == node.said("/blocks/tip/hash")
