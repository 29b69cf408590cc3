"""A name server that hangs holds up its own user alone, and not for long."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import Any
from uuid import UUID

import pytest

from premium.notifications.channels.adapter import Full
from premium.notifications.channels.resolver import Resolver, asking

pytestmark = pytest.mark.unit


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Names under slow.test are looked up until the test is over."""
    over = threading.Event()
    asked: list[str] = []

    def look_up(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        if host.endswith("slow.test"):
            over.wait(20)
            raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield asked
    over.set()


async def asked_by(user: int, resolver: Resolver, host: str) -> str:
    asking.set(UUID(int=user))
    try:
        return str((await resolver(host, 443))[0])
    except (OSError, Full) as error:
        return type(error).__name__


def test_two_hundred_dead_names_of_one_user_delay_nobody_else(dead: list[str]) -> None:
    async def run() -> tuple[list[str], float, list[str]]:
        resolver = Resolver(seconds=0.8)
        mine = [asyncio.create_task(asked_by(1, resolver, f"x{n}.slow.test")) for n in range(200)]
        await asyncio.sleep(0.05)
        started = time.monotonic()
        others = [await asked_by(user, resolver, f"good{user}.test") for user in range(2, 22)]
        took = time.monotonic() - started
        return others, took, await asyncio.gather(*mine)

    others, took, mine = asyncio.run(run())
    assert others == ["127.0.0.1"] * 20
    assert took < 0.8
    assert mine.count("gaierror") == 4, "those that were asked, and had no answer in time"
    assert mine.count("Full") == 196, "nothing was sent for these: they count as no attempt"
    assert sum(name.endswith("slow.test") for name in dead) == 4


def test_one_name_is_asked_once_at_a_time(dead: list[str]) -> None:
    async def run() -> list[str]:
        resolver = Resolver(seconds=0.1)
        return await asyncio.gather(*(asked_by(1, resolver, "same.slow.test") for _ in range(50)))

    assert set(asyncio.run(run())) == {"gaierror"}
    assert dead == ["same.slow.test"]


def test_a_name_without_an_address_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert asyncio.run(asked_by(1, Resolver(), "nowhere.test")) == "gaierror"
