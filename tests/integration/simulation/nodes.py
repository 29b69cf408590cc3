"""Nodes for simulations, and small codes that do one thing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from local.evm import CHAIN_ID
from premium.chains.endpoint import Answer, Call, endpoint
from premium.chains.model import Chain, Native
from premium.neighbours import open_client
from premium.simulation.engine import SECONDS, simulate
from premium.simulation.model import Request, Simulated, Transaction

CHAIN = Chain(name="local", title="Local", chain_id=CHAIN_ID, native=Native(symbol="ETH", decimals=18))
PLACE = "0x" + "be" * 20


async def _simulated(url: str, asked: Request, seconds: float) -> Simulated:
    async with open_client() as client:
        return await simulate(HttpNode(url, client), asked, seconds=seconds)


class HttpNode:
    """One node by its address."""

    def __init__(self, url: str, client: httpx.AsyncClient, timeout: float = 20.0) -> None:
        self._endpoint = endpoint("rpc:test:0", url, client, timeout, None)

    async def batch(self, calls: Any) -> list[Answer]:
        return await self._endpoint.send(CHAIN, list(calls))


def simulated(url: str, *steps: Transaction, seconds: float = 2 * SECONDS, **more: Any) -> Simulated:
    return asyncio.run(_simulated(url, Request(steps=steps, user=more.pop("user", steps[0].sender), **more), seconds))


def pays(condition: str) -> bytes:
    """Code that sends one coin to its caller where a condition, as code that leaves a word, is not zero."""
    pay = bytes.fromhex("6000600060006000670de0b6b3a7640000335af15000")
    head = bytes.fromhex(condition)
    return head + bytes([0x15, 0x60, len(head) + 4 + len(pay), 0x57]) + pay + b"\x5b\x00"


__all__ = ["PLACE", "Call", "HttpNode", "pays", "simulated"]
