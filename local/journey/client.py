"""Call the public API as a customer's client would.

It knows the envelope, request ids and jobs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.errors import LocalError


class Refused(LocalError):
    """The API answered with a failure; `code` is the envelope's."""

    def __init__(self, method: str, path: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{method} {path} was answered {status} {code}: {message}.", "See: make logs NAME=functions")
        self.status = status
        self.code = code


@dataclass
class Client:
    """A client of the API that keeps the request id of every call.

    The demo looks each up in the functions' logs.
    """

    base: str
    token: str
    request_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=35, headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Any:
        """Post a body; `key` is the Idempotency-Key."""
        return self.call("POST", path, body, {"Idempotency-Key": key} if key else {})

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Call the API and return `data` of the envelope; Refused for a failure."""
        return self.envelope(method, path, body, headers)["data"]

    def envelope(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Call the API and return the whole envelope, with a list's `meta.pagination`."""
        answer = self._http.request(method, f"{self.base}{path}", json=body, headers=dict(headers or {}))
        try:
            envelope = answer.json()
        except ValueError:
            raise Refused(method, path, answer.status_code, "NOT_JSON", answer.text[:200]) from None
        self.request_ids.append(envelope.get("meta", {}).get("requestId", answer.headers.get("X-Request-Id", "")))
        if not envelope.get("success"):
            error = envelope.get("error", {})
            text = f"{error.get('message', answer.text[:200])} {error.get('details') or ''}".strip()
            raise Refused(method, path, answer.status_code, error.get("code", "?"), text)
        return envelope

    def wait_for(self, job: Mapping[str, Any], *, seconds: float = 90) -> Mapping[str, Any]:
        """Poll `links.self` until the job ends, and return the job.

        LocalError when it failed or takes longer than `seconds`.
        """
        deadline = time.monotonic() + seconds
        current = job
        while current["status"] not in ("done", "failed"):
            if time.monotonic() > deadline:
                raise LocalError(f"The job {job['id']} is still {current['status']}.", "See: make logs NAME=workers")
            time.sleep(0.2)
            current = self.get(job["links"]["self"])
        if current["status"] == "failed":
            raise LocalError(f"The job {job['id']} failed: {current['error']}.", "See: make logs NAME=workers")
        return current

    def download(self, url: str) -> bytes:
        """Return the content behind a presigned link.

        No token of ours goes there.
        """
        answer = httpx.get(url, timeout=35)
        answer.raise_for_status()
        return answer.content
