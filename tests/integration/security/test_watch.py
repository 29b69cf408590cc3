"""The watch over what users hold: who is blocked, dearer trades, what is held no longer, and what streams are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.chains.registry import Registry
from premium.clock import rfc3339
from premium.jobs.model import SYSTEM, Moment
from premium.security.jobs import HELD, SCAN_CONTRACT, ScanContractPayload
from premium.security.store.scores import ScoreStore
from premium.security.store.watches import WatchStore
from premium.security.work.scans import scan_contract
from premium.security.work.watch import held, look
from tests.factories.contracts import Compiled, renamed_word
from tests.factories.contracts.deployment import account, calldata, deploy, send
from tests.fixtures.platform import AddUser
from tests.integration.security.test_traded import Exchange

pytestmark = pytest.mark.integration
COIN = 10**18


def notices(platform: Platform, user: UUID) -> list[str]:
    with platform.worker_database.transaction() as connection:
        rows = connection.execute("SELECT text FROM notices WHERE user_id = %s ORDER BY created_at", (user,)).fetchall()
    return [str(each["text"]) for each in rows]


def watches(platform: Platform, user: UUID) -> dict[str, str]:
    with platform.worker_database.transaction() as connection:
        rows = connection.execute("SELECT target, reason FROM security_watches WHERE user_id = %s", (user,)).fetchall()
    return {each["target"]: each["reason"] for each in rows}


def own(platform: Platform, user: UUID, wallet: str, *tokens: str) -> None:
    """As a refresh of the portfolio leaves it."""
    with platform.worker_database.as_user(user) as connection:
        connection.execute("DELETE FROM portfolio_assets WHERE user_id = %s", (user,))
        for each in tokens:
            connection.execute(
                "INSERT INTO portfolio_assets (user_id, chain, asset, balance) VALUES (%s, 'local', %s, 1)",
                (user, f"local:{each}"),
            )
    with platform.database.as_user(user) as connection:
        connection.execute(
            "INSERT INTO portfolio_wallets (user_id, address) VALUES (%s, %s) ON CONFLICT DO NOTHING", (user, wallet)
        )


def mark(name: str, types: str, *values: Any) -> bytes:
    return calldata(f"{renamed_word(name)}({types})", *values)


@pytest.fixture
def pro(add_user: AddUser, platform: Platform) -> UUID:
    user = add_user()
    with platform.database.as_user(user) as connection:
        connection.execute("UPDATE premium_users SET tier = 'pro' WHERE id = %s", (user,))
    return user


def test_who_can_no_longer_move_his_tokens_is_told_once_and_nobody_else(
    platform: Platform, pro: UUID, add_user: AddUser, evm: Evm, built: Mapping[str, Compiled]
) -> None:
    token, other = checksum(deploy(evm, built["Blocking"].creation)), add_user()
    mine, his = checksum(account(evm, 5)), checksum(account(evm, 6))
    for wallet in (mine, his):
        send(evm, token.lower(), calldata("transfer(address,uint256)", wallet.lower(), COIN))
    own(platform, pro, mine, token)
    own(platform, other, his, token)
    store = WatchStore(platform.worker_database)
    for user in (pro, other):
        store.add(user, "local", [token], "approved")
    assert look(platform, "local", token) == 0
    send(evm, token.lower(), mark("mark_", "address,bool", mine.lower(), True))
    assert [look(platform, "local", token) for _ in range(2)] == [1, 0]
    assert notices(platform, pro) == [f"{token} on local: Your wallet {mine} can no longer move it."]
    assert notices(platform, other) == []
    kept = ScoreStore(platform.worker_database).get("local", token)
    assert kept is not None
    assert kept.verdict in ("caution", "danger")


def test_a_tax_that_grew_by_five_points_is_told(
    platform: Platform, pro: UUID, evm: Evm, built: Mapping[str, Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = Exchange(platform, evm)
    monkeypatch.setitem(platform.__dict__, "chains", Registry({"local": exchange.chain}))
    token = checksum(exchange.lists(built["FeeTrap"].creation))
    WatchStore(platform.worker_database).add(pro, "local", [token], "held")
    for rate, told in ((1, 0), (4, 0), (7, 1), (7, 0), (13, 1), (3, 0)):
        send(evm, token.lower(), mark("rate__", "uint256", rate))
        assert look(platform, "local", token) == told, rate
    crept, high = notices(platform, pro)
    # The token's part of what moves; the pool's curve makes it a little less of what comes back.
    assert re.search(r"Selling takes 6\.9\d* % now; it took (0\.9\d*|1) %\.", crept), crept
    assert re.search(r"Moving it takes (12\.99|13) % now; it took (6\.99|7) %\.", high), high
    assert "Trading showed: buy_tax_high, sell_tax_high." in high


def test_what_users_hold_is_watched_and_what_they_sold_no_longer(
    platform: Platform, pro: UUID, add_user: AddUser, evm: Evm
) -> None:
    one, two, three = (checksum("0x" + each * 20) for each in ("a1", "a2", "a3"))
    wallet, free = checksum(account(evm, 5)), add_user()
    with platform.database.as_user(free) as connection:
        connection.execute("UPDATE premium_users SET tier = 'starter' WHERE id = %s", (free,))
    own(platform, pro, wallet, one, two, "0x" + "0" * 40)
    own(platform, free, wallet, one)
    WatchStore(platform.worker_database).add(pro, "local", [three], "approved")
    for number in range(2):
        start(platform, number)
        assert watches(platform, pro) == {one: "held", two: "held", three: "approved"}
    assert watches(platform, free) == {}
    own(platform, pro, wallet, two)
    start(platform, 2)
    assert watches(platform, pro) == {two: "held", three: "approved"}


def start(platform: Platform, number: int) -> None:
    now = platform.clock.now()
    payload = Moment(at=now)
    job = platform.jobs.start(HELD, payload, user_id=SYSTEM, request_id="r", idempotency_key=f"{rfc3339(now)}{number}")
    held(str(job.id))


def test_streams_are_told_of_a_scan_once_it_is_there(
    platform: Platform, pro: UUID, evm: Evm, built: Mapping[str, Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[UUID, str, Mapping[str, Any]]] = []
    monkeypatch.setattr(Platform, "publish", lambda _self, *said, **_: told.append(said))
    token = checksum(deploy(evm, built["OwnerMint"].creation))
    payload = ScanContractPayload(chain="local", address=token)
    job = platform.jobs.start(SCAN_CONTRACT, payload, user_id=pro, request_id="r", idempotency_key="k")
    for _ in range(2):
        scan_contract(str(job.id))
    (mine,) = [message for user, channel, message in told if (user, channel) == (pro, "security")]
    assert (mine["type"], mine["data"]["target"], mine["data"]["verdict"]) == ("scan", token, "danger")
    assert mine["data"]["jobId"] == str(job.id)
