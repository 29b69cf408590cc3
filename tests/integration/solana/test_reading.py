"""Coin, tokens and stakes as the runtime holds them, to the unit; and what lying, slow and foreign nodes make of it."""

from __future__ import annotations

import random
import struct
import time
from typing import Any

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.system_program import TransferParams, transfer

from premium.chains.model import ChainReading
from premium.errors import UpstreamUnavailable
from tests.factories.solana.cluster import FEE, INTEREST, SCALED, SOL, TOKEN, TOKEN_2022, WRAPPED, Cluster
from tests.factories.solana.server import ClusterNode
from tests.integration.solana.conftest import Nodes, Read

pytestmark = pytest.mark.integration
NATIVE = "solana:0x" + "0" * 40


def amounts(reading: ChainReading, wallet: Keypair) -> dict[str, int]:
    return {
        row.key.removeprefix("solana:"): row.units for row in reading.balances if row.wallet == str(wallet.pubkey())
    }


def test_random_wallets_hold_what_the_runtime_says(cluster: Cluster, serve: Nodes, read: Read) -> None:
    draw, wallets = random.Random(8), [Keypair() for _ in range(4)]
    mints = [(cluster.mint(d, program=p), p) for d, p in ((0, TOKEN), (6, TOKEN), (9, TOKEN_2022), (18, TOKEN))]
    expected: dict[str, dict[str, int]] = {str(w.pubkey()): {} for w in wallets}
    for wallet in wallets:
        name = str(wallet.pubkey())
        coin = draw.randrange(1, 5) * SOL + draw.randrange(SOL)
        cluster.pay(wallet.pubkey(), coin)
        expected[name][NATIVE.removeprefix("solana:")] = coin
        for mint, program in mints:
            for _ in range(draw.randrange(3)):
                account, units = cluster.hold(wallet.pubkey(), mint, program=program), draw.randrange(10**12)
                cluster.give(account, mint, units, program=program)
                expected[name][str(mint)] = expected[name].get(str(mint), 0) + units
    said = read([wallet.pubkey() for wallet in wallets], serve(ClusterNode(cluster)))
    assert {str(w.pubkey()): amounts(said, w) for w in wallets} == expected
    assert (said.block, said.block_time.timestamp()) == (1_000, 1_700_000_000)


def test_wrapped_coin_is_coin(cluster: Cluster, serve: Nodes, read: Read) -> None:
    me = Keypair()
    cluster.pay(me.pubkey(), 3 * SOL)
    rent = cluster.svm.minimum_balance_for_rent_exemption(165)
    data = bytes(WRAPPED) + bytes(me.pubkey()) + struct.pack("<Q", 2 * SOL) + bytes(36) + b"\x01\x01\0\0\0"
    data += struct.pack("<Q", rent) + bytes(8 + 36)
    cluster.put(Keypair().pubkey(), data, TOKEN, rent + 2 * SOL)
    assert amounts(read([me.pubkey()], serve(ClusterNode(cluster))), me) == {NATIVE[7:]: 5 * SOL}


def test_withheld_fees_are_not_the_holders(cluster: Cluster, serve: Nodes, read: Read) -> None:
    me, other = Keypair(), Keypair()
    told = bytes([26, 0, 0, 0]) + struct.pack("<HQ", 250, 10**12)
    mint = cluster.mint(6, program=TOKEN_2022, extension=FEE, told=told)
    mine, theirs = (cluster.hold(w.pubkey(), mint, program=TOKEN_2022, extra=13) for w in (me, other))
    cluster.give(mine, mint, 1_000_000, program=TOKEN_2022)
    cluster.pay(me.pubkey(), SOL)
    metas = [AccountMeta(mine, False, True), AccountMeta(mint, False, False), AccountMeta(theirs, False, True),
             AccountMeta(me.pubkey(), True, False)]  # fmt: skip
    step = Instruction(TOKEN_2022, bytes([12]) + struct.pack("<QB", 400_000, 6), metas)
    cluster.send(step, signers=(me,))
    said = read([me.pubkey(), other.pubkey()], serve(ClusterNode(cluster)))
    assert amounts(said, me)[str(mint)] == 600_000
    assert amounts(said, other) == {str(mint): 390_000}, "2.5 % of 400,000 are withheld"


@pytest.mark.parametrize("when", [1_700_000_000, 1_731_556_736, 1_900_000_001])
def test_multiplied_mints_show_what_their_program_shows(cluster: Cluster, serve: Nodes, read: Read, when: int) -> None:
    me = Keypair()
    interest = cluster.mint(
        9, program=TOKEN_2022, extension=INTEREST, told=bytes([33, 0]) + bytes(32) + struct.pack("<h", -725)
    )
    scaled = cluster.mint(
        8, program=TOKEN_2022, extension=SCALED, told=bytes([43, 0]) + bytes(32) + struct.pack("<d", 1.2345678912345)
    )
    cluster.at(unix=when)
    for mint in (interest, scaled):
        cluster.give(cluster.hold(me.pubkey(), mint, program=TOKEN_2022), mint, 10**13 + 7, program=TOKEN_2022)
    said = read([me.pubkey()], serve(ClusterNode(cluster)))
    assert amounts(said, me) == {str(interest): 10**13 + 7, str(scaled): 10**13 + 7}, "what the chain counts"
    notes = {note.asset: note.text for note in said.notes if note.code == "multiplied"}
    for mint in (interest, scaled):
        shown = cluster.shown(mint, 10**13 + 7).rstrip("0")
        assert f"shows {shown} for" in notes[f"solana:{mint}"]
        assert float(said.multipliers[f"solana:{mint}"]) == pytest.approx(float(shown) / (10**13 + 7) * (
            10**9 if mint == interest else 10**8), rel=1e-9)  # fmt: skip


def test_a_confidential_balance_is_named_and_one_of_nothing_is_not(cluster: Cluster, serve: Nodes, read: Read) -> None:
    me, mint = Keypair(), cluster.mint(6, program=TOKEN_2022)
    for hidden in (bytes(64), b"\x07" * 64):
        body = bytes(33) + hidden + bytes(295 - 33 - 64)
        data = bytes(mint) + bytes(me.pubkey()) + struct.pack("<Q", 5) + bytes(36) + b"\x01" + bytes(56)
        cluster.put(Keypair().pubkey(), data + b"\x02" + struct.pack("<HH", 5, 295) + body, TOKEN_2022)
        said = read([me.pubkey()], serve(ClusterNode(cluster)))
        named = [note for note in said.notes if "confidential" in note.text]
        is_hidden = any(hidden)
        assert (bool(named), said.unreadable) == (is_hidden, (f"solana:{mint}",) if is_hidden else ())
    assert amounts(said, me) == {str(mint): 10}


def test_a_wallet_of_2000_tokens_is_read_whole(cluster: Cluster, serve: Nodes, read: Read) -> None:
    me, mint = Keypair(), cluster.mint(6)
    for number in range(2_000):
        data = bytes(mint) + bytes(me.pubkey()) + struct.pack("<Q", number) + bytes(36) + b"\x01" + bytes(56)
        cluster.put(Keypair().pubkey(), data, TOKEN)
    started = time.monotonic()
    said = read([me.pubkey()], serve(ClusterNode(cluster)), deadline=20)
    assert amounts(said, me) == {str(mint): sum(range(2_000))}
    assert time.monotonic() - started < 15


def test_an_account_opened_between_two_reads_is_not_missed(cluster: Cluster, serve: Nodes, read: Read) -> None:
    me, mint = Keypair(), cluster.mint(6)
    cluster.give(cluster.hold(me.pubkey(), mint), mint, 5)
    node, done = ClusterNode(cluster), list[bool]()

    def meanwhile(method: str) -> None:
        if method == "getMultipleAccounts" and not done:
            done.append(True)
            cluster.give(cluster.hold(me.pubkey(), mint), mint, 7)
            cluster.at(slot=1_001)

    node.before.append(meanwhile)
    said = read([me.pubkey()], serve(node))
    assert (amounts(said, me), said.block) == ({str(mint): 12}, 1_001)


def test_a_wallet_that_moves_with_each_slot_fails_and_is_never_half_read(
    cluster: Cluster, serve: Nodes, read: Read
) -> None:
    me, node = Keypair(), ClusterNode(cluster)
    accounts = []
    mint = cluster.mint(6)
    for _ in range(150):  # of two calls
        data = bytes(mint) + bytes(me.pubkey()) + struct.pack("<Q", 1) + bytes(36) + b"\x01" + bytes(56)
        accounts.append(Keypair().pubkey())
        cluster.put(accounts[-1], data, TOKEN)
    slot = [1_000]

    def meanwhile(method: str) -> None:
        if method == "getMultipleAccounts":
            slot[0] += 1
            cluster.at(slot=slot[0])
            cluster.give(accounts[slot[0] % 150], mint, 1)

    node.before.append(meanwhile)
    with pytest.raises(UpstreamUnavailable, match="no one state"):
        read([me.pubkey()], serve(node))
    node.before.clear()
    node.before.append(lambda _: cluster.at(slot=(slot.append(slot.pop() + 1), slot[0])[1]))
    assert amounts(read([me.pubkey()], serve(node)), me)[str(mint)] > 150, "slots pass, and nothing moves"


def lie(method: str, said: Any, *, times: int = 99) -> Any:
    left = [times]

    def tell(asked: str, params: list[Any], true: Any) -> Any:
        if asked != method or not left[0]:
            return None
        left[0] -= 1
        return said(params, true) if callable(said) else said

    return tell


LIES = {
    "another cluster": lie("getGenesisHash", "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
    "an error": lie("getMultipleAccounts", ValueError(-32603, "internal")),
    "too few accounts": lie("getMultipleAccounts", lambda _, true: true | {"value": true["value"][:-1]}),
    "no slot": lie("getMultipleAccounts", lambda _, true: {"value": true["value"]}),
    "another slot than the clock": lie("getMultipleAccounts", lambda _, true: true | {"context": {"slot": 4}}),
    "an account twice": lie("getTokenAccountsByOwner", lambda _, true: true | {"value": true["value"] * 2}),
    "another's account": lie(
        "getTokenAccountsByOwner", lambda _, true: true | {"value": [{"pubkey": str(Keypair().pubkey())}]}
    ),
    "no account": lie("getTokenAccountsByOwner", lambda _, true: true | {"value": [{"pubkey": "0OIl"}]}),
    "no stakes": lie("getProgramAccounts", ValueError(-32010, "excluded from account secondary indexes")),
    "behind": lie("getTokenAccountsByOwner", ValueError(-32016, "Minimum context slot has not been reached")),
    "nonsense": lie("getMultipleAccounts", [[[]]]),
    "4 MB": lie("getTokenAccountsByOwner", "x" * 4_000_000),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_node_that_lies_costs_nothing_where_another_tells_the_truth(
    cluster: Cluster, serve: Nodes, read: Read, name: str
) -> None:
    me, mint = Keypair(), cluster.mint(6)
    cluster.give(cluster.hold(me.pubkey(), mint), mint, 77)
    stranger = Keypair().pubkey()
    cluster.give(cluster.hold(stranger, mint), mint, 5)
    bad, good = ClusterNode(cluster), ClusterNode(cluster)
    bad.lies.append(LIES[name])
    if name == "another's account":
        theirs = next(k for k in cluster.known if owner(cluster, k) == bytes(stranger))
        bad.lies[0] = lie("getTokenAccountsByOwner", lambda _, true: true | {"value": [{"pubkey": str(theirs)}]})
    first = serve(bad)
    assert amounts(read([me.pubkey()], first, serve(good)), me) == {str(mint): 77}
    with pytest.raises(UpstreamUnavailable):
        read([me.pubkey()], first)


def owner(cluster: Cluster, key: Pubkey) -> bytes:
    account = cluster.svm.get_account(key)
    return bytes(account.data)[32:64] if account is not None else b""


def test_a_hanging_node_costs_its_share_alone(cluster: Cluster, serve: Nodes, read: Read) -> None:
    me = Keypair()
    cluster.pay(me.pubkey(), SOL)
    bad = ClusterNode(cluster)
    bad.seconds = 8
    started = time.monotonic()
    said = read([me.pubkey()], serve(bad), serve(ClusterNode(cluster)))
    assert amounts(said, me) == {NATIVE[7:]: SOL}
    assert time.monotonic() - started < 5


def test_an_old_slot_is_a_node_that_fell_behind(cluster: Cluster, serve: Nodes, read: Read) -> None:
    with pytest.raises(UpstreamUnavailable, match="the newest slot of solana is from 2023-11-14 22:13 UTC"):
        read([Keypair().pubkey()], serve(ClusterNode(cluster)), max_head_age_seconds=600)


def test_a_wallet_that_no_transaction_named_is_dormant(cluster: Cluster, serve: Nodes, read: Read) -> None:
    unused, emptied = Keypair(), Keypair()
    cluster.pay(emptied.pubkey(), SOL)
    back = TransferParams(from_pubkey=emptied.pubkey(), to_pubkey=cluster.payer.pubkey(), lamports=SOL)
    cluster.send(transfer(back), signers=(emptied,))
    said = read([unused.pubkey(), emptied.pubkey()], serve(ClusterNode(cluster)))
    assert said.unused == {str(unused.pubkey())}
    assert said.balances == ()
