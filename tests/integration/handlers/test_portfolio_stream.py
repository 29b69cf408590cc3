"""A refresh as a browser hears it: over a real WebSocket, chain by chain, then the snapshot with what changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from websockets.sync.client import ClientConnection, connect

from local.evm import Evm
from local.redis import Redis
from premium.accounts.store import AccountStore
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.entitlements import quota_of
from premium.portfolio.jobs import RefreshPayload
from premium.portfolio.shown import Shown
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.work import refresh
from premium.tiers import Tier
from tests.fixtures.postgres import Databases
from tests.integration.handlers.conftest import Sign
from tests.integration.portfolio.platforms import Context, context, platform

pytestmark = pytest.mark.integration
ME = checksum("0x" + "a7" * 20)
_DEAD = "http://127.0.0.1:9"


@pytest.fixture
def worker(  # noqa: PLR0917 - fixtures
    at: Platform, socket: str, postgres: Databases, redis_server: Redis, evm: Evm, tmp_path: Path
) -> Iterator[Platform]:
    """A worker that reads the node, and a chain whose node is dead."""
    chains = [
        {"name": name, "title": name, "chain_id": number, "native": {"symbol": "ETH", "decimals": 18}, "rpc": [url],
         "max_head_age_seconds": None, "multicall": None}
        for name, number, url in (("local", 31337, evm.url), ("gone", 424242, _DEAD))
    ]  # fmt: skip
    file = tmp_path / "chains.json"
    file.write_text(json.dumps({"active": ["local", "gone"], "chains": chains}))
    streams = {"connections_table": at.settings.connections_table,
               "websocket_endpoint": socket.replace("ws", "http", 1)}  # fmt: skip
    made = platform(postgres, redis_server, file, "premium_worker", **streams)
    yield made
    made.close()


def told(client: ClientConnection) -> Any:
    return json.loads(client.recv(timeout=20))


def read(at: Context, client: ClientConnection) -> tuple[list[Any], Any]:
    """Refresh; the messages of progress, and the one that ends it."""
    refresh.__wrapped__(at, RefreshPayload())  # type: ignore[attr-defined] # the body of the job
    messages = [told(client) for _ in range(3)]
    assert [each["type"] for each in messages] == ["progress", "progress", "portfolio"]
    return sorted((each["data"] for each in messages[:2]), key=lambda data: str(data["chain"])), messages[2]["data"]


def test_a_refresh_is_told_chain_by_chain_with_cursors_to_go_on_from(
    at: Platform, worker: Platform, socket: str, sign: Sign, evm: Evm
) -> None:
    with connect(f"{socket}?token={sign(sub='user_7')}&channel=portfolio", open_timeout=30) as client:
        assert told(client)["type"] == "connected"
        account = AccountStore(at.database).by_external_id("user_7")
        assert account is not None
        WalletStore(at.database).add(account.id, ME, None, [], quota_of(Tier.PRO, "wallets"))
        evm.call("anvil_setBalance", ME, hex(5 * 10**18))
        first = context(worker, account.id)
        progress, ended = read(first, client)
        about = {"jobId": str(first.job_id), "cursor": None}
        assert progress == [
            {"chain": "gone", "status": "stale", "usd": None, **about},
            {"chain": "local", "status": "fresh", "usd": "0", **about},
        ]
        assert (ended["snapshotId"], ended["cursor"], ended["isStale"]) == (str(first.job_id),) * 2 + (True,)
        evm.call("anvil_setBalance", ME, hex(7 * 10**18))
        second = context(worker, account.id)
        progress, ended = read(second, client)
        assert {each["cursor"] for each in progress} == {str(first.job_id)}, "what /changes goes on from"
        (change,) = ended["changes"]
        assert (change["wallet"], change["unitsBefore"], change["unitsAfter"]) == (ME, str(5 * 10**18), str(7 * 10**18))
        assert ended["cursor"] == str(second.job_id)
        other = connect(f"{socket}?token={sign(sub='user_8')}&channel=portfolio", open_timeout=30)
        with other:
            assert told(other)["type"] == "connected"
            read(context(worker, account.id), client)
            with pytest.raises(TimeoutError):
                other.recv(timeout=1)
    missed, more = Shown.of(at).changes(account.id, UUID(str(first.job_id)), 10)
    assert [str(each.snapshot_id) for each in missed][:1] == [str(second.job_id)]
    assert not more
