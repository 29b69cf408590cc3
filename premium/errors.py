"""Errors that a caller may see, as one small tree.

`handlers.runtime` maps each leaf to one code and status.

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
from typing import ClassVar, Self


class AppError(Exception):
    """An error that a caller may see.

    `message` and `details` go out, so they carry no secrets.
    """

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class InvalidInput(AppError):
    """The request is wrong; `details` names each field."""

    code = "INVALID_INPUT"

    @classmethod
    def about(cls, field: str, reason: str) -> Self:
        """Return the error of one wrong field: its message says which, and why."""
        return cls(f"{field}: {reason}", details={field: reason})


class Unprocessable(InvalidInput):
    """The request is well-formed, but cannot be carried out."""

    code = "UNPROCESSABLE"


class Unauthenticated(AppError):
    """The credentials are missing or not valid."""

    code = "UNAUTHENTICATED"


class Forbidden(AppError):
    """The caller may not do this."""

    code = "FORBIDDEN"


class TierRequired(Forbidden):
    """The caller's tier does not include this."""

    code = "TIER_REQUIRED"


class NotFound(AppError):
    """There is nothing of this name, or it is another's."""

    code = "NOT_FOUND"


class Conflict(AppError):
    """The request contradicts what is there."""

    code = "CONFLICT"


class PayloadTooLarge(AppError):
    """The body is larger than allowed."""

    code = "PAYLOAD_TOO_LARGE"


class RateLimited(AppError):
    """The caller asks too often; `retry_after` is in seconds."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, retry_after: int, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message, details=details)
        self.retry_after = retry_after


class UpstreamUnavailable(AppError):
    """A neighbour failed; a later try may work."""

    code = "UPSTREAM_UNAVAILABLE"
    retryable = True
