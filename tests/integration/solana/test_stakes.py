"""What is free of a stake is what its program lets go, to the lamport, in every state that it may be in."""

from __future__ import annotations

import random

import pytest
from solders.keypair import Keypair

from tests.factories.solana.cluster import SOL, Cluster, Refused
from tests.factories.solana.server import ClusterNode
from tests.integration.solana.conftest import Nodes, Read

pytestmark = pytest.mark.integration
EPOCH, NEVER = 20, 2**64 - 1
WORKS = 10**9 * SOL
STATES = {
    "never delegated": (0, 0, NEVER),
    "begins in this epoch": (5 * SOL, EPOCH, NEVER),
    "begun long ago": (5 * SOL, 3, NEVER),
    "half warm": (5 * SOL, EPOCH - 1, NEVER),
    "ends in this epoch": (5 * SOL, 3, EPOCH),
    "half cold": (5 * SOL, 3, EPOCH - 1),
    "ended long ago": (5 * SOL, 3, 5),
    "begun and ended at once": (5 * SOL, EPOCH, EPOCH),
}


def in_history(cluster: Cluster) -> None:
    """Nine tenths of what moves in the last epoch have to wait; before, all had room."""
    entries = dict.fromkeys(range(1, EPOCH - 1), (WORKS, SOL, SOL))
    cluster.history(entries | {EPOCH - 1: (WORKS, WORKS // 10 * 9, WORKS // 10 * 9)})


@pytest.mark.parametrize("name", STATES)
def test_what_is_free_is_what_the_program_lets_go(cluster: Cluster, serve: Nodes, read: Read, name: str) -> None:
    delegated, activated, deactivated = STATES[name]
    owner, extra = Keypair(), random.Random(name).randrange(1, SOL)
    cluster.at(epoch=EPOCH)
    in_history(cluster)
    rent = cluster.svm.minimum_balance_for_rent_exemption(200)
    lamports = delegated + rent + extra
    key = cluster.stake(owner.pubkey(), lamports, delegated=delegated, activated=activated, deactivated=deactivated)
    (apart,) = read([owner.pubkey()], serve(ClusterNode(cluster))).apart
    assert (apart.name, sum(units for units, _ in apart.parts)) == (str(key), lamports)
    free = sum(units for units, state in apart.parts if state == "free")
    if free < lamports:
        with pytest.raises(Refused):
            cluster.withdraw(key, owner, free + 1)
    cluster.withdraw(key, owner, free)
    told = {state: int(apart.facts.get(state, "0")) for state in ("active", "activating", "deactivating")}
    assert (
        told
        == {
            "never delegated": {"active": 0, "activating": 0, "deactivating": 0},
            "begins in this epoch": {"active": 0, "activating": delegated, "deactivating": 0},
            "begun long ago": {"active": delegated, "activating": 0, "deactivating": 0},
            "half warm": {"active": delegated // 10, "activating": delegated // 10 * 9, "deactivating": 0},
            "ends in this epoch": {"active": 0, "activating": 0, "deactivating": delegated},
            "half cold": {"active": 0, "activating": 0, "deactivating": delegated // 10 * 9},
            "ended long ago": {"active": 0, "activating": 0, "deactivating": 0},
            "begun and ended at once": {"active": 0, "activating": 0, "deactivating": 0},
        }[name]
    )


def test_a_stake_under_a_lock_is_not_free(cluster: Cluster, serve: Nodes, read: Read) -> None:
    owner = Keypair()
    cluster.at(epoch=EPOCH)
    cluster.stake(owner.pubkey(), 3 * SOL, delegated=0, activated=0, locked_until=1_800_000_000)
    (apart,) = read([owner.pubkey()], serve(ClusterNode(cluster))).apart
    assert apart.parts == ((3 * SOL, "locked"),)
    assert apart.facts["lockedUntil"] == "1800000000"


def test_who_may_stake_but_not_withdraw_owns_nothing(cluster: Cluster, serve: Nodes, read: Read) -> None:
    owner, stranger = Keypair(), Keypair()
    cluster.stake(owner.pubkey(), 3 * SOL, delegated=2 * SOL, activated=3)
    assert read([stranger.pubkey()], serve(ClusterNode(cluster))).apart == ()
