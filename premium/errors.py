"""What can go wrong, as one small tree; `handlers.runtime` maps each leaf to one code and status.

    AppError
    ├── InvalidInput          the caller's fault; `details` names each field
    │   └── Unprocessable     well-formed, but cannot be carried out
    ├── Unauthenticated
    ├── Forbidden
    │   └── TierRequired
    ├── NotFound
    ├── Conflict
    ├── PayloadTooLarge
    ├── RateLimited           `retry_after` in seconds
    └── UpstreamUnavailable   a neighbour failed; a later try may work: jobs retry this one

Every other exception is ours: it answers INTERNAL without its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """An error that a caller may see. `message` and `details` go out, so they carry no secrets."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class InvalidInput(AppError):
    code = "INVALID_INPUT"


class Unprocessable(InvalidInput):
    code = "UNPROCESSABLE"


class Unauthenticated(AppError):
    code = "UNAUTHENTICATED"


class Forbidden(AppError):
    code = "FORBIDDEN"


class TierRequired(Forbidden):
    code = "TIER_REQUIRED"


class NotFound(AppError):
    code = "NOT_FOUND"


class Conflict(AppError):
    code = "CONFLICT"


class PayloadTooLarge(AppError):
    code = "PAYLOAD_TOO_LARGE"


class RateLimited(AppError):
    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message, details=details)
        self.retry_after = retry_after


class UpstreamUnavailable(AppError):
    code = "UPSTREAM_UNAVAILABLE"
    retryable = True
