"""Handlers run here as on one machine without stores: no table is named, so no audit entry is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from premium.bootstrap import platform


@pytest.fixture(autouse=True)
def _storeless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PREMIUM_STAGE", "local")
    monkeypatch.delenv("AUDIT_TABLE", raising=False)
    platform.cache_clear()
    yield
    platform.cache_clear()
