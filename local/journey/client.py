"""Call the public API as a customer's client would.

It knows the envelope, request ids and jobs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from local.errors import LocalError
from local.patience import QUIET, given_up, wait_for

_ATTEMPT = 65
"""Seconds for one answer: more than any function may take, so that none is given up while its function works."""
_GATEWAY = frozenset({500, 502, 503, 504})
"""What the gateway answers itself, without an envelope, when a function does not end in time."""
_FUNCTIONS, _WORKERS = "See: make logs NAME=functions", "See: make logs NAME=workers"


class Refused(LocalError):
    """The API answered with a failure; `code` is the envelope's."""

    def __init__(self, method: str, path: str, status: int, code: str, message: str) -> None:
        super().__init__(f"{method} {path} was answered {status} {code}: {message}.", _FUNCTIONS)
        self.status = status
        self.code = code


@dataclass
class Client:
    """A client of the API that keeps the request id of every call.

    The demo looks each up in the functions' logs. A call that is not answered is made again, since a busy machine is
    slow; every POST carries a key under which it counts once.
    """

    base: str
    token: str
    request_ids: list[str] = field(default_factory=list)
    patience: float = QUIET
    """Seconds after which a call that is not answered is given up."""
    sent: int = 0
    """Requests that went out, those included that were sent again."""
    limit: int = 0
    """Requests a minute, as the last answer told in its headers."""

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=_ATTEMPT, headers={"Authorization": f"Bearer {self.token}"})

    def get(self, path: str) -> Any:
        return self.call("GET", path)

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> Any:
        """Post a body; `key` is the Idempotency-Key, one of its own where none is given."""
        return self.call("POST", path, body, {"Idempotency-Key": key or str(uuid4())})

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Call the API and return `data` of the envelope; Refused for a failure."""
        return self.envelope(method, path, body, headers)["data"]

    def envelope(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Call the API and return the whole envelope, with a list's `meta.pagination`."""
        answer = self._answer(
            f"the answer to {method} {path}",
            lambda: self._send(method, path, body, headers),
        )
        try:
            envelope = answer.json()
        except ValueError:
            raise Refused(method, path, answer.status_code, "NOT_JSON", answer.text[:200]) from None
        self.limit = int(answer.headers.get("X-RateLimit-Limit") or 0)
        self.request_ids.append(envelope.get("meta", {}).get("requestId", answer.headers.get("X-Request-Id", "")))
        if not envelope.get("success"):
            error = envelope.get("error", {})
            text = f"{error.get('message', answer.text[:200])} {error.get('details') or ''}".strip()
            raise Refused(method, path, answer.status_code, error.get("code", "?"), text)
        return envelope

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None
    ) -> httpx.Response:
        self.sent += 1
        return self._http.request(method, f"{self.base}{path}", json=body, headers=dict(headers or {}))

    def _answer(self, what: str, ask: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask until there is an answer of a function, or of a store; LocalError where patience ends."""
        begun, pause = time.monotonic(), 0.5
        while True:
            try:
                answer = ask()
                if not _comes_again(answer):
                    return answer
                said = f"{answer.status_code} {answer.text[:200]}"
            except httpx.TransportError as error:
                answer, said = None, f"{type(error).__name__} {error}".strip()
            if (waited := time.monotonic() - begun) > self.patience:
                if answer is not None:
                    return answer
                raise given_up(what, waited, said, f"{_FUNCTIONS}, make status")
            time.sleep(pause)
            pause = min(2 * pause, 8)

    def wait_for(self, job: Mapping[str, Any]) -> Mapping[str, Any]:
        """Poll `links.self` until the job ends, and return the job.

        LocalError when it failed, or when its record does not change any more.
        """
        current = job

        def ended() -> bool:
            nonlocal current
            if current["status"] not in ("done", "failed"):
                current = self.get(job["links"]["self"])
            return current["status"] in ("done", "failed")

        wait_for(
            f"the end of the job {job['id']}", ended, remedy=_WORKERS, progress=lambda: current,
            said=lambda: f"it is {current['status']}", pause=0.2,
        )  # fmt: skip
        if current["status"] == "failed":
            raise LocalError(f"The job {job['id']} failed: {current['error']}.", _WORKERS)
        return current

    def download(self, url: str) -> bytes:
        """Return the content behind a presigned link.

        No token of ours goes there.
        """
        answer = self._answer(f"the document behind {url.partition('?')[0]}", lambda: httpx.get(url, timeout=_ATTEMPT))
        if answer.is_error:
            raise LocalError(f"The link of a document was answered {answer.status_code}.", "See: make logs NAME=aws")
        return answer.content


def _comes_again(answer: httpx.Response) -> bool:
    """Tell whether an answer is none yet.

    A store that is away, the first call under the same key still under way, or a function that did not end in time.
    """
    if answer.status_code == httpx.codes.CONFLICT:
        return "Retry-After" in answer.headers
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        return True
    return answer.status_code in _GATEWAY and '"success"' not in answer.text
