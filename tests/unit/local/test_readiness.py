"""What the API says of its readiness, and what it does not say."""

from __future__ import annotations

import io
import json
import threading
import urllib.error
import urllib.request
from email.message import Message

import pytest

from handlers.runtime import readiness as checks
from local import readiness
from local.readiness import Readiness

pytestmark = pytest.mark.unit


def asked(monkeypatch: pytest.MonkeyPatch, answer: bytes | Exception) -> Readiness:
    def urlopen(*_: object, **__: object) -> io.BytesIO:
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    return readiness.readiness("http://stage", seconds=60)


def refused(document: object) -> urllib.error.HTTPError:
    return urllib.error.HTTPError("u", 503, "x", Message(), io.BytesIO(json.dumps(document).encode()))


def test_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(monkeypatch, b'{"success": true}').well
    for other in (b'{"success": false}', b"[]", b"<html>"):
        assert not asked(monkeypatch, other).well


def test_what_did_not_answer_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    late = asked(monkeypatch, TimeoutError("timed out"))
    assert (late.answered, late.said) == (False, "no answer within 60 s")
    away = asked(monkeypatch, urllib.error.URLError("refused"))
    assert (away.answered, away.said) == (False, "no answer: refused")


def test_slow_stores_are_told_from_those_that_are_down(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = asked(monkeypatch, refused({"error": {"details": {"postgres": "slow", "redis": "ok"}}}))
    assert (slow.well, slow.answered, slow.only_slow, slow.slow) == (False, True, True, ["postgres"])
    down = asked(monkeypatch, refused({"error": {"details": {"postgres": "slow", "redis": "down"}}}))
    assert not down.only_slow
    gateway = asked(monkeypatch, refused({"message": "Service Unavailable"}))
    assert (gateway.answered, gateway.only_slow) == (True, False)
    assert "Service Unavailable" in gateway.said
    ours = {"error": {"message": "Not ready: postgres is down", "details": {"postgres": "down"}}}
    assert asked(monkeypatch, refused(ours)).said == "Not ready: postgres is down"


def test_the_api_tells_slow_from_down() -> None:
    def broken() -> None:
        raise OSError("refused")

    hung = threading.Event()
    found = checks.ready({"a": lambda: 1, "b": broken, "c": lambda: hung.wait(5)}, patience=0.2)
    hung.set()
    assert found == {"a": "ok", "b": "down", "c": "slow"}
