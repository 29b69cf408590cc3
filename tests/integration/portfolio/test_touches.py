"""Transfers that touch watched wallets start one reading each, whatever is killed, repeated or replaced."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from premium.alerts.work.node import Node
from premium.alerts.work.poller import Poller
from premium.chains.addresses import checksum
from premium.jobs.identity import job_id
from premium.jobs.model import JobKind
from premium.neighbours import open_client
from premium.portfolio.jobs import TouchPayload
from premium.portfolio.onchain.touches import KEPT, Touches
from premium.portfolio.store.progress.touches import TouchStore
from premium.portfolio.store.wallets import WalletStore
from premium.portfolio.work import touch
from tests.fixtures.platform import AddUser
from tests.integration.portfolio.world import ETHER, FRIEND, ME, OTHER, ROOM, World

pytestmark = pytest.mark.integration
HOUR = timedelta(hours=1)


class Started:
    """Stands in the place of jobs: the same key is the same job."""

    def __init__(self) -> None:
        self.jobs: dict[UUID, tuple[UUID, TouchPayload]] = {}
        self.broken_after: int | None = None

    def start(
        self, kind: JobKind[Any], payload: TouchPayload, *, user_id: UUID, idempotency_key: str, **_: Any
    ) -> None:
        if self.broken_after == len(self.jobs):
            raise KeyboardInterrupt  # what a kill looks like from inside
        self.jobs[job_id(kind, user_id, idempotency_key)] = (user_id, payload)

    def told(self) -> list[tuple[UUID, int]]:
        return sorted((user, payload.block) for user, payload in self.jobs.values())


class Line:
    """The alerts' poller and the look behind it, over the world's chain."""

    def __init__(self, world: World) -> None:
        platform = world.worker
        self.world, self.started = world, Started()
        platform.__dict__["jobs"] = self.started
        self.touches = Touches(platform, ("local",))

    def poll(self) -> None:
        asyncio.run(self._poll())

    async def _poll(self) -> None:
        platform = self.world.worker
        async with open_client() as client:
            market = platform.market(client)
            node = Node(market.rpc("local"), market.adapter("local"), market.prices)
            await Poller(platform.worker_database, lambda _: None).poll(node)

    def look(self) -> int:
        found = 0
        while count := self.touches.look("local"):
            found += count
        return found

    def follow(self) -> list[tuple[UUID, int]]:
        """Return what a poll and the looks after it started."""
        before = set(self.started.jobs)
        self.poll()
        self.look()
        return sorted((user, load.block) for key, (user, load) in self.started.jobs.items() if key not in before)


@pytest.fixture
def line(world: World) -> Line:
    for wallet in (ME, OTHER, FRIEND):
        world.fund(wallet, 100 * ETHER)
    world.evm.call("evm_mine")
    made = Line(world)
    assert made.follow() == [], "what was before is the refreshes' affair"
    return made


def pay(world: World, source: str, target: str, units: int) -> int:
    """Pay, and return the block in which that was done."""
    sent = world.pay(source, target, units)
    while (receipt := world.evm.call("eth_getTransactionReceipt", sent)) is None:
        time.sleep(0.01)
    return int(receipt["blockNumber"], 16)


def height(world: World) -> int:
    return int(world.evm.call("eth_blockNumber"), 16)


def test_only_who_watches_an_end_of_a_transfer_is_read(line: Line, add_user: AddUser) -> None:
    world, second, elsewhere = line.world, add_user(), add_user()
    store = WalletStore(world.function.database)
    store.add(second, FRIEND, None, ["local"], ROOM)
    store.add(elsewhere, ME, None, ["ethereum"], ROOM)
    pay(world, OTHER, checksum("0x" + "e5" * 20), ETHER)
    assert line.follow() == []
    mine = pay(world, ME, OTHER, ETHER)
    theirs = pay(world, OTHER, FRIEND, ETHER)
    assert line.follow() == sorted([(world.user, mine), (second, theirs)])
    assert line.follow() == []


def test_blocks_that_come_together_cost_a_user_one_reading(line: Line) -> None:
    for _ in range(5):
        pay(line.world, OTHER, ME, ETHER)
    assert line.follow() == [(line.world.user, height(line.world))]


def test_a_look_that_is_killed_starts_the_same_jobs_again(line: Line, add_user: AddUser) -> None:
    world, second = line.world, add_user()
    WalletStore(world.function.database).add(second, ME, None, [], ROOM)
    pay(world, OTHER, ME, ETHER)
    line.poll()
    line.started.broken_after = 1
    with pytest.raises(KeyboardInterrupt):
        line.look()
    assert len(line.started.jobs) == 1
    line.started.broken_after = None
    line.look()
    assert line.started.told() == sorted([(world.user, height(world)), (second, height(world))])


def test_two_processes_do_not_look_at_once(line: Line) -> None:
    pay(line.world, OTHER, ME, ETHER)
    line.poll()
    with TouchStore(line.world.worker.worker_database).turn("local") as turn:
        assert turn is not None
        assert line.look() == 0
    assert line.look() == 1


def test_who_has_flows_of_blocks_that_were_replaced_is_read_again(line: Line) -> None:
    world = line.world
    world.refresh()
    pay(world, OTHER, ME, ETHER)
    (first,) = line.follow()
    run(world, TouchPayload(chain="local", block=first[1]))
    assert [int(flow.units) for flow in world.flows()] == [ETHER]
    world.evm.call("anvil_reorg", 1, [[{"from": OTHER, "to": FRIEND, "value": hex(1)}, 0]])
    world.evm.call("evm_mine")
    line.poll()
    line.look()
    again = [load for _, load in line.started.jobs.values() if isinstance(load, TouchPayload) and load.again]
    assert [load.block for load in again] == [height(world)]
    run(world, again[0])
    assert world.flows() == []


def test_after_a_long_silence_all_that_is_kept_is_looked_at(line: Line) -> None:
    world = line.world
    paid = pay(world, OTHER, ME, ETHER)
    world.evm.call("anvil_mine", hex(KEPT + 10))
    for _ in range(3):
        line.poll()
    line.look()
    assert line.started.told() == [(world.user, paid)]
    world.evm.call("anvil_mine", hex(300))
    for _ in range(8):
        line.poll()
    assert line.look() > 0
    assert line.look() == 0


def heard(world: World) -> list[Any]:
    """Return what the stream is told from now on."""
    told = list[Any]()
    world.worker.__dict__["publish"] = lambda *message: told.append(message[-1])
    return told


def run(world: World, payload: TouchPayload) -> dict[str, Any]:
    """Do the job now; what it tells."""
    world.hours += 0.01
    at = replace(world.begun, job_id=uuid4(), created_at=world.begun.created_at + (world.hours * HOUR))
    found: dict[str, Any] = touch.__wrapped__(at, payload)  # type: ignore[attr-defined] # the body of the job
    return found


def test_a_touch_reads_its_chain_alone_and_not_what_another_job_read(world: World) -> None:
    told = heard(world)
    world.fund(OTHER, 100 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    block = pay(world, OTHER, ME, 3 * ETHER)
    told.clear()
    assert run(world, TouchPayload(chain="local", block=block))["read"] is True
    (news,) = [message["data"] for message in told if message["type"] == "portfolio"]
    assert news["touched"] == [{"chain": "local", "block": block}]
    assert [(each["wallet"], each["unitsAfter"]) for each in news["changes"]] == [(ME, str(3 * ETHER))]
    assert [flow.kind for flow in world.flows()] == ["deposit"]
    told.clear()
    assert run(world, TouchPayload(chain="local", block=block)) == {"chain": "local", "block": block, "read": False}
    assert told == []
    assert run(world, TouchPayload(chain="local", block=block, again=True))["read"] is True


def test_a_touch_that_is_repeated_hands_on_what_it_wrote(world: World) -> None:
    told = heard(world)
    world.fund(OTHER, 100 * ETHER)
    world.evm.call("evm_mine")
    world.refresh()
    payload = TouchPayload(chain="local", block=pay(world, OTHER, ME, ETHER))
    told.clear()
    world.hours += 1
    at = replace(world.begun, job_id=uuid4(), created_at=world.begun.created_at + world.hours * HOUR)
    for _ in range(2):
        touch.__wrapped__(at, payload)  # type: ignore[attr-defined] # the body of the job
    assert [message["data"]["snapshotId"] for message in told if message["type"] == "portfolio"] == [str(at.job_id)] * 2
    assert len(world.flows()) == 1


def test_a_node_that_lags_is_asked_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block was read of another endpoint; this one has it a moment later."""
    world.refresh()
    ahead = height(world) + 2
    slept = []

    sleep = asyncio.sleep

    async def mine(seconds: float) -> None:
        if seconds == 0.5:
            slept.append(seconds)
            world.evm.call("evm_mine")
        else:
            await sleep(seconds)

    monkeypatch.setattr("premium.portfolio.work.asyncio.sleep", mine)
    run(world, TouchPayload(chain="local", block=ahead))
    assert len(slept) == 2
    (row,) = world.portfolios.current(world.user, world.function.chains).answer["coverage"]
    assert row["block"] == ahead
