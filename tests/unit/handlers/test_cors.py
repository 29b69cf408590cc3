"""CORS: the platform's own origins, and nobody else's."""

from __future__ import annotations

import pytest

from tests.factories.http import ask, verdict
from tests.unit.handlers.notes import handler

pytestmark = pytest.mark.unit
OURS = "https://app.example.com"


@pytest.fixture(autouse=True)
def _origins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", f"{OURS}, https://admin.example.com")


@pytest.mark.parametrize("path", ["/v1/notes", "/v1/fail/ours", "/v1/nowhere"])
def test_our_origin_may_read_every_answer(path: str) -> None:
    headers = ask(handler, "GET", path, by=verdict(), headers={"Origin": OURS}).headers
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-Request-Id" in headers["Access-Control-Expose-Headers"]
    assert headers["Vary"] == "Origin"


def test_a_refusal_can_be_read_too() -> None:
    assert ask(handler, "GET", "/v1/notes", headers={"Origin": OURS}).headers["Access-Control-Allow-Origin"] == OURS


@pytest.mark.parametrize(
    "origin", ["https://evil.example", f"{OURS}.evil.example", "null", "*", "http://app.example.com", ""]
)
def test_a_foreign_origin_gets_nothing(origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = ask(handler, method, "/v1/notes", by=verdict(), headers={"Origin": origin}).headers
        assert not [name for name in headers if name.startswith("Access-Control")]


def test_preflight_needs_no_credentials() -> None:
    answer = ask(handler, "OPTIONS", "/v1/notes", headers={"Origin": OURS, "Access-Control-Request-Method": "PUT"})
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["Access-Control-Allow-Origin"] == OURS
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, DELETE"
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]
