"""The journey's client and stream on a machine that is slow, or answers nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidHandshake

from local.demo import ended_meanwhile
from local.errors import LocalError
from local.journey import client as client_module
from local.journey import stream as stream_module
from local.journey.client import Client, Refused
from local.journey.stream import Listener
from tests.unit.local.test_patience import Time

pytestmark = pytest.mark.unit
WELL = httpx.Response(200, json={"success": True, "data": 1, "meta": {"requestId": "req_1"}})


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    clock = Time()
    monkeypatch.setattr(client_module, "time", clock)
    monkeypatch.setattr(stream_module, "time", clock)
    return clock


def asking(*answers: httpx.Response | Exception, asked: list[httpx.Request] | None = None) -> Client:
    """A client whose stage gives these answers, the last one for ever."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        return given

    made = Client("http://stage", "token")
    made._http = httpx.Client(transport=httpx.MockTransport(answer))
    return made


@pytest.mark.parametrize(
    "late",
    [
        httpx.ReadTimeout("timed out"),
        httpx.ConnectError("refused"),
        httpx.Response(503, json={"message": "Service Unavailable"}),
        httpx.Response(500, text="Internal Server Error"),
        httpx.Response(503, json={"success": False, "error": {"code": "UPSTREAM_UNAVAILABLE"}}),
        httpx.Response(409, headers={"Retry-After": "1"}, json={"success": False, "error": {"code": "CONFLICT"}}),
    ],
)
def test_what_is_not_answered_is_asked_again_under_the_same_key(late: httpx.Response | Exception, time: Time) -> None:
    asked: list[httpx.Request] = []
    assert asking(late, late, WELL, asked=asked).post("/v1/things", {}) == 1
    keys = [request.headers["Idempotency-Key"] for request in asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert time.now == 1.5


@pytest.mark.parametrize(("status", "code"), [(500, "INTERNAL"), (409, "CONFLICT"), (404, "NOT_FOUND")])
def test_what_a_function_refuses_is_not_asked_again(status: int, code: str, time: Time) -> None:
    refused = httpx.Response(status, json={"success": False, "error": {"code": code, "message": "no"}})
    with pytest.raises(Refused, match=f"{status} {code}"):
        asking(refused).get("/v1/things")
    assert time.now == 0


def test_a_stage_that_never_answers_is_a_sentence(time: Time) -> None:
    with pytest.raises(LocalError) as told:
        asking(httpx.ReadTimeout("timed out")).get("/v1/things")
    assert "in vain for the answer to GET /v1/things. The last of it: ReadTimeout timed out." in str(told.value)
    assert "make logs NAME=functions" in str(told.value)
    assert time.now > 120


class Socket:
    """A connection that brings these messages and then breaks."""

    def __init__(self, *messages: str) -> None:
        self._messages = messages

    def send(self, _: str) -> None:
        """Heard."""

    def __iter__(self) -> Iterator[str]:
        yield from self._messages
        raise ConnectionClosedError(None, None)


def opening(monkeypatch: pytest.MonkeyPatch, open_: Callable[[], Socket]) -> None:
    def connect(*_: object, **__: object) -> object:
        opened = open_()

        @contextmanager
        def held() -> Iterator[Socket]:
            yield opened

        return held()

    monkeypatch.setattr(stream_module, "connect", connect)


def test_a_stream_that_opens_late_is_waited_for(monkeypatch: pytest.MonkeyPatch, time: Time) -> None:
    failures = [TimeoutError("timed out during opening handshake"), InvalidHandshake("HTTP 500")]

    def open_() -> Socket:
        if failures:
            raise failures.pop()
        return Socket('{"type": "subscribed", "channel": "jobs"}', '{"type": "job", "data": {"id": "1"}}')

    opening(monkeypatch, open_)
    with Listener("ws://stage", "token") as stream:
        assert stream.wait_for_job("1")["type"] == "job"
    assert time.now == 2


def test_a_stream_that_never_opens_is_a_sentence(monkeypatch: pytest.MonkeyPatch, time: Time) -> None:
    def open_() -> Socket:
        raise TimeoutError("timed out during opening handshake")

    opening(monkeypatch, open_)
    with pytest.raises(LocalError) as told, Listener("ws://stage", "secret"):
        pass
    assert "the stream at ws://stage to open. The last of it: TimeoutError timed out during" in str(told.value)
    assert "secret" not in str(told.value)


def test_a_broken_stream_is_said_at_once(monkeypatch: pytest.MonkeyPatch, time: Time) -> None:
    opening(monkeypatch, lambda: Socket('{"type": "subscribed", "channel": "jobs"}'))
    with Listener("ws://stage", "token") as stream, pytest.raises(LocalError) as told:
        stream.wait_for_job("1")
    assert "the end of job 1 on the stream. The last of it: the stream broke" in str(told.value)
    assert time.now == 0


def test_a_process_that_ended_under_the_journey_is_named() -> None:
    """What the journey finds then is no defect of the product."""
    runs, gone = (SimpleNamespace(name=name, pid=pid) for name, pid in (("aws", 5), ("evm", None)))
    broken = LocalError("a price is old.", "This is a defect.")
    told = ended_meanwhile((runs, gone), broken)  # type: ignore[arg-type] # what a service says of itself suffices
    assert str(told).startswith("evm ended while the journey was walked, so that it broke off: a price is old.")
    assert "make demo" in str(told)
    assert ended_meanwhile((runs,), broken) is None  # type: ignore[arg-type] # as above
