"""Lead a browser that navigates to a page of ours; programs get the envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from handlers.runtime.requests.origin import lowered
from handlers.runtime.requests.state import current


def lead_to(page: str) -> None:
    """Send the browser of this request to a page.

    Of a refusal the page is told code and rule.
    """
    current().landing = page


def navigates(event: Mapping[str, Any]) -> bool:
    """Tell whether a person's browser asks for a page, and no script of one."""
    headers = lowered(event.get("headers"))
    return "text/html" in headers.get("accept", "") and "authorization" not in headers


def landed(event: Mapping[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer as its asker takes it.

    A redirect for a browser that navigates, where a page was named.
    """
    page = current().landing
    if page is None or not navigates(event):
        return answer
    if answer["statusCode"] >= 400:
        error = json.loads(answer["body"])["error"]
        told = {"error": error["code"], "reason": (error.get("details") or {}).get("rule")}
        page = f"{page}?{urlencode({name: value for name, value in told.items() if value})}"
    return {"statusCode": 303, "body": "", "isBase64Encoded": False, "headers": {"Location": page}}
