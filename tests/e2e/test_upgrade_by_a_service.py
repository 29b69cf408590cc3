"""A running stage gets a service more: `up` from the copy that has it migrates, deploys and serves it.

The last of the files that need the stage, since the stage is another one afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from local.journey.client import Client, Refused
from local.journey.tokens import token
from local.up import Stage
from tests.fixtures.house import House

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def upgraded(stack: Stage, house: House) -> Stage:
    greeting(stack)  # the emulator has a process for the function of before, as where somebody works on a stage
    ports = {f"PREMIUM_{name.upper()}_PORT": str(port) for name, port in stack.places.ports.items()}
    house.run("local", "up", PREMIUM_STATE_DIR=str(stack.places.state), **ports)
    return stack


@pytest.fixture
def ada(upgraded: Stage, client: Callable[..., Client]) -> Client:
    return client("notes_ada", tier="starter")


def greeting(stage: Stage) -> Any:
    """The first message of a new stream."""
    offered = [Subprotocol("premium"), Subprotocol(token(stage.places.state, "listener"))]
    with connect(stage.socket, subprotocols=offered, open_timeout=60) as stream:
        return json.loads(stream.recv(timeout=30))


def test_a_stream_is_greeted_by_the_new_release(upgraded: Stage) -> None:
    """A function of the socket that stayed the old one would call a version of itself that is no more."""
    assert greeting(upgraded)["type"] == "connected"


def test_notes_are_kept_paged_and_one_users_own(ada: Client, client: Callable[..., Client]) -> None:
    made = [ada.post("/v1/notes", {"text": f"note {number}"}) for number in range(3)]
    first = ada.envelope("GET", "/v1/notes?limit=2")
    cursor = first["meta"]["pagination"]["nextCursor"]
    rest = ada.envelope("GET", f"/v1/notes?limit=2&cursor={cursor}")
    assert [row["text"] for row in (*first["data"], *rest["data"])] == ["note 2", "note 1", "note 0"]
    assert rest["meta"]["pagination"]["nextCursor"] is None
    assert ada.get(f"/v1/notes/{made[0]['id']}") == made[0]
    bob = client("notes_bob", tier="starter")
    with pytest.raises(Refused) as unknown:
        bob.get(f"/v1/notes/{made[0]['id']}")
    with pytest.raises(Refused) as empty:
        ada.post("/v1/notes", {"text": ""})
    assert (unknown.value.status, empty.value.status) == (404, 400)


def test_its_job_ends_and_its_notice_arrives_once(ada: Client) -> None:
    ada.post("/v1/notes", {"text": "one"})
    job = ada.wait_for(ada.post("/v1/notes/summary", {}, key="once"))
    assert ada.post("/v1/notes/summary", {}, key="once")["id"] == job["id"]
    notices = [notice for notice in ada.get("/v1/notices") if notice["kind"] == "notes.summary"]
    assert [notice["data"] for notice in notices] == [job["result"]]
