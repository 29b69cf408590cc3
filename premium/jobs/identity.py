"""Derive a job's id and the fingerprint of its payload."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from premium.jobs.model import JobKind, JobPayload

_NAMESPACE = UUID("5b0f3f4e-6a52-5c3a-9d0e-8b6f1c1d2a77")
"""Fixed for ever: another value would start every repeated request anew."""


def job_id(kind: JobKind[Any], user_id: UUID, idempotency_key: str | None) -> UUID:
    """Return the id of a job.

    The same user, kind and key give the same id (UUIDv5); without a key each call gives a new one.
    """
    if idempotency_key is None:
        return uuid4()
    return uuid5(_NAMESPACE, f"{user_id}\n{kind.name}\n{idempotency_key}")


def fingerprint(kind: JobKind[Any], payload: JobPayload) -> str:
    """Return the SHA-256 (hex) of kind and payload.

    Whatever the order of the payload's keys.
    """
    return fingerprint_of(kind.name, payload.model_dump(mode="json"))


def fingerprint_of(kind: str, payload: Mapping[str, Any]) -> str:
    """Return the same of a payload as its record holds it."""
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{kind}\n{canonical}".encode()).hexdigest()
