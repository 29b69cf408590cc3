"""A provider of prices in DefiLlama's shape: current ones, past moments, charts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.integration.portfolio.servers import Respond

Priced = Callable[[str], Decimal | None]
"""A key's price at any time; None where the provider does not know it."""


def coins(now: Priced, past: Priced, *, behind: int = 0, early: int = 0) -> Respond:
    """Answers of a provider whose current prices are `behind` seconds old, and points of charts `early` ones."""

    def respond(path: str, __: bytes) -> tuple[int, bytes]:
        asked = urlsplit(path)
        query, kind = parse_qs(asked.query), asked.path.split("/")[1]
        if kind == "batchHistorical":
            wanted = json.loads(query["coins"][0]).items()
            told = {key: {"prices": [_said(usd) | {"timestamp": at} for at in times]}
                    for key, times in wanted if (usd := past(key)) is not None}  # fmt: skip
        elif kind == "chart":
            told = {key: {"symbol": "X", "decimals": 18, "confidence": 0.99, "prices": _points(usd, query, early)}
                    for key in _keys(asked.path) if (usd := past(key)) is not None}  # fmt: skip
        else:
            at = {"timestamp": int(time.time()) - behind}
            told = {key: _said(usd) | at for key in _keys(asked.path) if (usd := now(key)) is not None}
        return 200, json.dumps({"coins": told}).encode()

    return respond


def _said(usd: Decimal) -> dict[str, Any]:
    return {"price": float(usd), "confidence": 0.99}


def _keys(path: str) -> list[str]:
    return unquote(path).rpartition("/")[2].split(",")


def _points(usd: Decimal, query: Mapping[str, list[str]], early: int) -> list[dict[str, Any]]:
    start, span, step = int(query["start"][0]), int(query["span"][0]), int(query["period"][0].removesuffix("h")) * 3_600
    return [{"timestamp": start + number * step - early, "price": float(usd)} for number in range(span)]
