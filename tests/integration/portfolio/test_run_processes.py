"""A run by four processes of which two are killed, over a proxy that spoils answers and a chain that hangs."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.portfolio import kills
from local.redis import Redis
from tests.fixtures.postgres import Databases

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
USERS, CHAINS, LIVE = 24, 5, 3


def is_used(wallet: int) -> bool:
    """Whether the node that hangs knows the wallet, by its number."""
    return (kills.HUNG - 7 * wallet) % CHAINS < LIVE


def test_each_user_is_written_once_and_what_failed_is_stale(
    postgres: Databases, redis_server: Redis, tmp_path: Path
) -> None:
    """The short form of `python -m benchmarks.portfolio.kills`, which has 2,000 users on 20 chains."""
    said = kills.prove(tmp_path, postgres.url, redis_server.url, USERS, CHAINS, LIVE, lease=6)
    assert (said["killed"], said["plans"], said["status"]) == (2, 2, "done"), "a plan an hour, whoever plans"
    assert (said["written"], said["duplicates"], said["undone"]) == (USERS, 0, 0)
    assert said["repeated"] >= 2
    assert sum(said["spoiled"].values()) > 0
    assert 0 < said["most"] <= kills.RATE
    failed, cells = " where a read failed", said["cells"]
    hung = sum(is_used(number) for number in range(1, said["wallets"] + 1))
    assert cells.pop(f"stale{failed}") == hung, "all who are used on the chain that hangs"
    assert cells.pop(f"dormant{failed}", 0) == said["wallets"] - hung
    assert set(cells) == {"fresh", "dormant"}, "nothing is unread: what failed was read an hour ago"
    assert sum(cells.values()) == said["wallets"] * (CHAINS - 1)
    assert said["unread"] == [f"chain-{kills.HUNG}"]
    assert said["changed"] == 0, "what is stale holds what it held"
