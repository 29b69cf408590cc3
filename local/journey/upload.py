"""Import a history over the request limit by upload, and time its report.

The upload is a form, its import a job; the report is timed from its request to its links.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from local.errors import LocalError
from local.journey.client import Client


@dataclass(frozen=True)
class Asked:
    """A report and how long it took from its request.

    Seconds until the links were there, and until PDF and CSV were read through them.
    """

    id: str
    linked: float
    downloaded: float
    totals: Mapping[str, Any]
    documents: Mapping[str, bytes]


def send(api: Client, content: bytes) -> str:
    """Upload a history and return the upload's id.

    The form goes to the bucket without a token of ours.
    """
    made = api.post("/v1/tax/transactions/uploads", {})
    answer = httpx.post(made["url"], data=made["fields"], files={"file": content}, timeout=60)
    if answer.is_error:
        raise LocalError(
            f"The upload was answered {answer.status_code}: {answer.text[:200]}.", "See: make logs NAME=aws"
        )
    return str(made["id"])


def import_sent(api: Client, upload: str) -> Mapping[str, Any]:
    """Import an upload and return the job's result: `{added, known, skipped, warnings}`."""
    result: Mapping[str, Any] = api.wait_for(start_import(api, upload))["result"]
    return result


def start_import(api: Client, upload: str) -> Mapping[str, Any]:
    started: Mapping[str, Any] = api.post(f"/v1/tax/transactions/uploads/{upload}/import", {}, key=f"import-{upload}")
    return started


def report(api: Client, body: Mapping[str, Any], *, key: str) -> Asked:
    """Request a report, wait for it, and read its PDF and CSV.

    They are read through the presigned links.
    """
    began = time.perf_counter()
    job = api.wait_for(api.post("/v1/tax/reports", body, key=key))
    made = api.get(f"/v1/tax/reports/{job['id']}")
    linked = time.perf_counter() - began
    wanted = {name: link for name, link in made["links"].items() if name.endswith(("_pdf", "_csv"))}
    documents = {name: api.download(link) for name, link in wanted.items()}
    return Asked(made["id"], linked, time.perf_counter() - began, made["totals"]["totals"], documents)
