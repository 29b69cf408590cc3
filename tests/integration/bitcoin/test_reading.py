"""Coin of addresses and keys, gaps, mempools and reorganisations; and what lying and slow servers make of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from premium.chains.bitcoin.address import address_of, script_of
from premium.chains.bitcoin.derivation import Derivation
from premium.chains.bitcoin.keys import branches
from premium.chains.model import ChainReading, WatchedKey
from premium.errors import UpstreamUnavailable
from tests.factories.esplora import EsploraServer, Ledger
from tests.integration.bitcoin.conftest import Net, Read, chain

pytestmark = pytest.mark.integration
XPUB = ("xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92p"
        "ReUsQ")  # fmt: skip
ZPUB = ("zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2A"
        "GutZYs")  # fmt: skip
NETWORK = chain(["http://x"]).network
assert NETWORK is not None
STRANGER = b"\x00\x14" + b"\x09" * 20


def scripts(key: str, branch: int, count: int) -> list[bytes]:
    return Derivation(branches(key, NETWORK)[branch]).scripts(0, count)


def coin(reading: ChainReading, wallet: str) -> int:
    return sum(row.units for row in reading.balances if row.wallet == wallet)


def test_addresses_of_all_kinds_hold_what_was_paid_to_them(ledger: Ledger, serve: Net, read: Read) -> None:
    draw = random.Random(3)
    expected: dict[str, int] = {}
    for number in range(4):
        for script in (scripts(XPUB, branch, 4)[number] for branch in range(8)):
            wallet = address_of(script, NETWORK)
            for _ in range(draw.randrange(3)):
                units = draw.randrange(1, 10**9)
                made = ledger.pay([(script, units), (STRANGER, 5)])
                if draw.random() < 0.3:
                    ledger.pay([(STRANGER, units - 1)], [(made, 0)])
                    units = 0
                expected[wallet] = expected.get(wallet, 0) + units
            expected.setdefault(wallet, 0)
    said = read(expected, serve(EsploraServer(ledger)))
    assert {wallet: coin(said, wallet) for wallet in expected} == expected
    assert (said.block, said.block_hash) == (ledger.height, ledger.blocks[-1])


def test_a_zpub_is_read_as_witnesses_alone_and_a_bare_xpub_under_every_script(
    ledger: Ledger, serve: Net, read: Read
) -> None:
    """btcpayserver 4953: a zpub that is read as an xpub has other addresses, and an empty wallet."""
    for branch, units in enumerate((1, 20, 300, 4_000, 50_000, 600_000, 7_000_000, 80_000_000)):
        ledger.pay([(scripts(XPUB, branch, 3)[2], units)])
    ledger.pay([(scripts(ZPUB, 0, 1)[0], 5), (scripts(ZPUB, 1, 1)[0], 6)])
    said = read([], serve(EsploraServer(ledger)), keys={"x": (XPUB, 20), "z": (ZPUB, 20)})
    assert (coin(said, "x"), coin(said, "z")) == (87_654_321, 11)


@pytest.mark.parametrize(("gap", "found"), [(5, 1), (21, 3), (20, 1), (100, 7)])
def test_the_gap_limit_is_honoured_to_the_address(ledger: Ledger, serve: Net, read: Read, gap: int, found: int) -> None:
    """ledger-live 16272: a gap that is ignored hides coin, or never ends."""
    receive = scripts(ZPUB, 0, 130)
    for number, units in ((0, 1), (21, 2), (121, 4)):  # 20 and 99 unused ones between
        ledger.pay([(receive[number], units)])
    server = EsploraServer(ledger)
    assert coin(read([], serve(server), keys={"z": (ZPUB, gap)}), "z") == found
    last = {5: 0, 20: 0, 21: 21, 100: 121}[gap]
    stats = [path for path in server.asked if path.startswith("/scripthash/") and path.count("/") == 2]
    assert len(stats) == last + 1 + gap + gap, "the gap behind the last one used, and that of the change"


def test_a_descriptor_of_several_keys_and_one_without_change(ledger: Ledger, serve: Net, read: Read) -> None:
    several = f"wsh(sortedmulti(1,{XPUB}/<0;1>/*,{XPUB}/<2;3>/*))"
    fixed = f"pkh({XPUB}/7/7)"
    ledger.pay([(scripts(several, 0, 4)[3], 40), (scripts(several, 1, 1)[0], 2), (scripts(fixed, 0, 1)[0], 7)])
    said = read([], serve(EsploraServer(ledger)), keys={"s": (several, 20), "f": (fixed, 20)})
    assert (coin(said, "s"), coin(said, "f")) == (42, 7)


def test_confirmed_unconfirmed_and_immature_stand_apart(ledger: Ledger, serve: Net, read: Read) -> None:
    (mine,) = scripts(ZPUB, 0, 1)
    wallet = address_of(mine, NETWORK)
    ledger.pay([(mine, 50)], earned=True)
    ledger.mine(99)
    paid = ledger.pay([(mine, 1_000)])  # the first coinbase has 101 blocks on it now
    ledger.pay([(mine, 7)], earned=True)
    ledger.pay([(STRANGER, 600), (mine, 390)], [(paid, 0)], mined=False)
    ledger.pay([(mine, 25)], mined=False)
    said = read([wallet], serve(EsploraServer(ledger)))
    assert coin(said, wallet) == 1_050, "what has no block yet changes nothing"
    apart = {each.kind: each for each in said.apart}
    assert (apart["immature"].parts, apart["immature"].is_counted) == (((7, "locked"),), True)
    assert apart["unconfirmed"].facts == {"received": "415", "spent": "1000", "net": "-585"}
    assert not apart["unconfirmed"].is_counted


def test_a_wallet_that_was_never_used_is_dormant(ledger: Ledger, serve: Net, read: Read) -> None:
    used, unused = (address_of(each, NETWORK) for each in scripts(ZPUB, 0, 2))
    ledger.pay([(STRANGER, 1)], [(ledger.pay([(script_of(used, NETWORK), 2)]), 0)])
    assert read([used, unused], serve(EsploraServer(ledger))).unused == {unused}


def test_a_block_between_two_reads_has_all_read_again(ledger: Ledger, serve: Net, read: Read) -> None:
    wallets = [address_of(each, NETWORK) for each in scripts(ZPUB, 0, 2)]
    paid = ledger.pay([(script_of(wallets[0], NETWORK), 100)])
    server, done = EsploraServer(ledger), list[bool]()

    def meanwhile(path: str) -> None:
        if path.endswith("/utxo") and not done:
            done.append(True)  # from the first wallet to the second: half a reading has it twice, or nowhere
            ledger.pay([(script_of(wallets[1], NETWORK), 100)], [(paid, 0)])

    server.before.append(meanwhile)
    said = read(wallets, serve(server))
    assert [coin(said, wallet) for wallet in wallets] == [0, 100]
    assert said.block == ledger.height
    server.before.append(lambda path: ledger.mine() if path.startswith("/scripthash") else None)
    with pytest.raises(UpstreamUnavailable, match="a new block each time"):
        read(wallets, serve(server))


def lie(part: str, change: Callable[[Any], Any]) -> Callable[[str, Any], Any]:
    return lambda path, said: change(said) if part in path else None


def stats(**fields: int) -> Callable[[Any], Any]:
    return lambda said: said | {"chain_stats": said["chain_stats"] | fields} if "chain_stats" in said else said


LIES: dict[str, Callable[[str, Any], Any]] = {
    "another chain": lie("/block-height/0", lambda _: "f" * 64),
    "testnet": lie("/block-height/0", lambda _: "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"),
    "another block": lie("/block/", lambda said: said | {"id": "0" * 64}),
    "below zero": lie("/scripthash/", stats(spent_txo_sum=10**12)),
    "a number that is none": lie("/scripthash/", stats(funded_txo_sum="100")),
    "more than its outputs": lie("/scripthash/", stats(funded_txo_sum=10**12, spent_txo_sum=0)),
    "outputs twice": lie("/utxo", lambda said: said * 2),
    "an output of the future": lie("/utxo", lambda said: [
        row | {"status": row["status"] | {"block_height": 10**6}} for row in said]),
    "no outputs": lie("/utxo", lambda _: []),
    "another script": lie("/scripthash/", lambda said: [] if isinstance(said, list) else said | {"scripthash": "0"}),
    "nonsense": lie("/scripthash/", lambda _: [1]),
    "text": lie("/scripthash/", lambda _: "<html>"),
    "5 MB": lie("/scripthash/", lambda _: "x" * 5_000_000),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_server_that_lies_costs_nothing_where_another_tells_the_truth(
    ledger: Ledger, serve: Net, read: Read, name: str
) -> None:
    (mine,) = scripts(ZPUB, 0, 1)
    wallet, bad = address_of(mine, NETWORK), EsploraServer(ledger)
    ledger.pay([(mine, 100)])
    bad.lies.append(LIES[name])
    first = serve(bad)
    assert coin(read([wallet], first, serve(EsploraServer(ledger))), wallet) == 100
    with pytest.raises(UpstreamUnavailable):
        read([wallet], first)


def test_a_server_behind_or_on_a_left_branch_is_not_believed(ledger: Ledger, serve: Net, read: Read) -> None:
    (mine,) = scripts(ZPUB, 0, 1)
    wallet = address_of(mine, NETWORK)
    old, left = Ledger(blocks=list(ledger.blocks)), Ledger(blocks=list(ledger.blocks))
    left.mine(2, branch="left")
    ledger.mine(2)
    ledger.pay([(mine, 100)])
    for other in (old, left):
        urls = serve(EsploraServer(other)), serve(EsploraServer(ledger))
        assert coin(read([wallet], *urls), wallet) == 100


def test_a_hanging_server_costs_its_share_alone(ledger: Ledger, serve: Net, read: Read) -> None:
    (mine,) = scripts(ZPUB, 0, 1)
    wallet, bad = address_of(mine, NETWORK), EsploraServer(ledger)
    ledger.pay([(mine, 100)])
    bad.seconds = 9
    started = time.monotonic()
    assert coin(read([wallet], serve(bad), serve(EsploraServer(ledger))), wallet) == 100
    assert time.monotonic() - started < 5


def test_all_that_a_key_moved_closes_its_equation(ledger: Ledger, serve: Net, adapted: Callable[..., Any]) -> None:
    draw, receive, change = random.Random(5), scripts(ZPUB, 0, 12), scripts(ZPUB, 1, 12)
    mine, held = [*receive, *change], list[tuple[str, int, int]]()
    first, opening = ledger.height + 1, 0
    fees = sent = got = 0
    for _ in range(60):
        if not held or draw.random() < 0.4:
            units = draw.randrange(10_000, 10**6)
            held.append((ledger.pay([(STRANGER, 3), (draw.choice(mine), units)]), 1, units))
            got += units
        else:
            tx, place, units = held.pop(draw.randrange(len(held)))
            fee, away = draw.randrange(1, 900), draw.choice([0, draw.randrange(1, units - 900)])
            outputs = [(STRANGER, away)] if away else []
            made = ledger.pay([*outputs, (draw.choice(mine), units - fee - away)], [(tx, place)])
            held.append((made, len(outputs), units - fee - away))
            fees, sent = fees + fee, sent + away
    key = WatchedKey(key=ZPUB, gap_limit=20)
    moved = adapted(lambda a: a.movements("zpub:Me", key, first, ledger.height), serve(EsploraServer(ledger)))
    assert sum(each.gas for each in moved) == fees
    assert opening + sum(each.units.get(None, 0) - each.gas for each in moved) == sum(row[2] for row in held)
    assert sum(t.units for each in moved for t in each.transfers if t.source == "zpub:me") == sent
    assert sum(t.units for each in moved for t in each.transfers if t.target == "zpub:me") == got
