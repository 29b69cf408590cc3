"""A tab of the console in which somebody is signed in, one for each file of journeys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
import redis
from playwright.sync_api import Browser

from local.journey.client import Client, Refused
from local.journey.tokens import token
from local.patience import wait_for
from local.up import Stage
from tests.e2e.console import sign_in
from tests.fixtures.browser import Tab, tab

_TOO_NEW = re.compile(r"422 .*/v1/gas/(optimization|predictions)\b")
"""Of a chain that is a minute old nothing is foretold yet; the page says so, and a browser tells the refusal."""
_LIMITS = 2
"""The number of Redis's database of limits."""


@pytest.fixture(scope="module")
def address(stack: Stage) -> str:
    return stack.neighbours.console.page


@pytest.fixture(scope="session")
def foretold(stack: Stage) -> None:
    """Wait until the new stage has seen enough blocks to say what gas comes to."""
    asked = Client(stack.api, token(stack.places.state, f"gas_{uuid4().hex[:10]}", tier="pro"))
    wait_for("forecasts of the local chain", lambda: _answers(asked), remedy="See: make logs")


def _answers(asked: Client) -> bool:
    try:
        asked.get("/v1/gas/predictions?chain=local")
    except Refused as refused:
        if refused.status not in {422, 503}:
            raise
        return False
    return True


@pytest.fixture(autouse=True)
def many_people(request: pytest.FixtureRequest) -> None:
    """Forget who came from here: a run's users share one address, from which 30 may log in a minute."""
    if "browser" in request.fixturenames:
        url = request.getfixturevalue("stack").neighbours.redis.url
        with redis.Redis.from_url(url, db=_LIMITS) as store:
            store.delete(*(list(store.scan_iter("window:login-*")) or ["-"]))


@pytest.fixture(scope="module")
def user() -> str:
    """The subject of whoever is signed in: somebody else in each file."""
    return f"console_{uuid4().hex[:10]}"


@pytest.fixture(scope="module")
def inside(stack: Stage, browser: Browser, address: str, user: str) -> Iterator[Tab]:
    """A tab in which a user of the tier pro is signed in by the stage's token.

    What its browser complained of, but for refusals that a test has forgiven, fails the file.
    """
    with tab(browser, stack.neighbours.evm.url) as opened:
        sign_in(opened.page, address, stack, user)
        yield opened
        assert [one for one in opened.complaints if not _TOO_NEW.search(one)] == []
