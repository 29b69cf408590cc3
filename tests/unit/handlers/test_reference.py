"""The API's reference: a page without anything from elsewhere, and the document with the stage's addresses."""

from __future__ import annotations

import json
import re

import pytest

from handlers import meta
from handlers.runtime.documents import reference
from premium.bootstrap import platform
from tests.factories.http import ANONYMOUS, ask

pytestmark = pytest.mark.unit
API = "https://api.example.org"


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREMIUM_STAGE", "local")
    monkeypatch.setenv("API_URL", API)
    monkeypatch.setenv("STREAM_URL", "wss://api.example.org/v1/alerts/stream")
    platform.cache_clear()


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_person_sees_a_page_that_asks_nobody_else(path: str) -> None:
    answer = ask(meta.handler, "GET", path, by=ANONYMOUS)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert f'<base href="{API}/">' in answer.text
    asked = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert [link for link in asked if "//" in link and not link.startswith(API)] == []
    for link in asked:
        if link.startswith("docs/"):
            assert ask(meta.handler, "GET", f"/{link}", by=ANONYMOUS).status == 200, link


@pytest.mark.parametrize("name", ["nothing.js", "..%2f..%2fpyproject.toml", "index.html", "LICENSE"])
def test_no_other_file_is_served(name: str) -> None:
    assert ask(meta.handler, "GET", f"/docs/{name}", by=ANONYMOUS).status == 404


def test_the_document_names_the_stage_s_own_addresses() -> None:
    text = ask(meta.handler, "GET", "/v1/openapi.json", by=ANONYMOUS).text
    assert reference.API not in text
    assert reference.STREAM not in text
    assert json.loads(text)["servers"][0]["url"] == API
    assert "wss://api.example.org/v1/alerts/stream?token=" in json.loads(text)["tags"][-1]["description"]
