"""A chain's source under the test's hand, and what happens on its chain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx

from local.evm import Evm
from local.market import Market
from local.market.node import calldata
from premium.alerts.work.node import Node
from premium.alerts.work.poller import Poller
from premium.bootstrap import Platform
from premium.errors import UpstreamUnavailable
from premium.neighbours import open_client

ETHER = 10**18


class Source:
    """Polls the test's node; `sent` is everything that went to the queue."""

    def __init__(self, made: Platform) -> None:
        self.platform = made
        self.sent: list[dict[str, Any]] = []
        self.full = False
        self.benched: list[str] = []

    def _send(self, events: Any) -> None:
        self.sent.extend(events)
        if self.full:
            raise UpstreamUnavailable("the queue is full")

    def poll(self) -> list[dict[str, Any]]:
        """What this poll sent."""
        before = len(self.sent)
        asyncio.run(self._poll())
        return self.sent[before:]

    async def _poll(self) -> None:
        async with open_client() as client:
            await Poller(self.platform.worker_database, self._send).poll(self.node(client))

    def node(self, client: httpx.AsyncClient) -> Node:
        made = self.platform.market(client)
        return Node(made.rpc("local"), made.adapter("local"), made.prices)

    def follow(self, polls: int, each: Callable[[], object] = lambda: None) -> list[str]:
        """Polls one node so often, `each` before every one; what went wrong, in the words of the error."""
        return asyncio.run(self._follow(polls, each))

    async def _follow(self, polls: int, each: Callable[[], object]) -> list[str]:
        poller, problems = Poller(self.platform.worker_database, self._send), list[str]()
        async with open_client() as client:
            node = self.node(client)
            for _ in range(polls):
                await asyncio.to_thread(each)
                try:
                    await poller.poll(node)
                except UpstreamUnavailable as error:
                    problems.append(error.message)
            self.benched = list(node.benched)
        return problems


def pay(evm: Evm, amount: int = ETHER) -> str:
    sender, receiver = evm.call("eth_accounts")[:2]
    return str(evm.call("eth_sendTransaction", {"from": sender, "to": receiver, "value": hex(amount)}))


def send_token(evm: Evm, market: Market, token: str, receiver: str, amount: int) -> str:
    """By the market's owner, who has all of the supply; the transaction's hash."""
    call = {"from": market.owner, "to": token, "gas": hex(200_000), "gasPrice": hex(10**10),
            "data": "0x" + calldata("transfer(address,uint256)", receiver, amount).hex()}  # fmt: skip
    evm.call("anvil_impersonateAccount", market.owner)
    return str(evm.call("eth_sendTransaction", call))


def standing(sent: list[dict[str, Any]]) -> list[str]:
    """Of all that was sent: transactions whose transfers stand, in order; nothing was sent twice."""
    names = [event["event_id"] for event in sent]
    assert len(set(names)) == len(names)
    gone = {event["retracts"] for event in sent if "retracts" in event}
    assert gone <= set(names), "only what was told is taken back"
    told = [event for event in transfers(sent) if "retracts" not in event and event["event_id"] not in gone]
    return [event["tx_hash"] for event in told]


def transfers(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["kind"] == "transfer"]
