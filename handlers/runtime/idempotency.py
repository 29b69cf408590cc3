"""Repeat the first answer to a repeated `Idempotency-Key`.

Answers are kept a day in DynamoDB by user, route and key. Powertools keeps the states: in progress (a lease until this
invocation's end, so that a crash blocks a key no longer), completed (the answer), and nothing after an error, so that a
failure is never replayed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyInconsistentStateError,
    IdempotencyPersistenceLayerError,
    IdempotencyValidationError,
)
from pydantic import JsonValue

from handlers.runtime.requests.body import body_text, read_object
from handlers.runtime.requests.state import RequestState
from premium.bootstrap import platform
from premium.errors import Conflict, UpstreamUnavailable
from premium.storage.aws import client_config

KEPT_SECONDS = 24 * 3600
_RETRY_SECONDS = "1"
_DEFAULT_LEASE_MS = 29_000


def once(state: RequestState, run: Callable[[], JsonValue]) -> JsonValue:
    """Return the answer of `run`, or the one kept for this key and request.

    Conflict for another request, or for one that is under way.
    """
    try:
        return _guarded(state, run)(request=_identity(state))  # type: ignore[no-any-return] # Powertools' decorator is untyped
    except IdempotencyValidationError:
        raise Conflict("This Idempotency-Key was used with another request") from None
    except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError):
        state.headers["Retry-After"] = _RETRY_SECONDS
        raise Conflict(
            "The first request with this Idempotency-Key is still under way; try again in a moment"
        ) from None
    except IdempotencyPersistenceLayerError as error:
        raise UpstreamUnavailable("Idempotency keys cannot be checked just now; try again in a moment") from error


def _guarded(state: RequestState, run: Callable[[], JsonValue]) -> Any:
    def replayed(answer: Any, _: Any) -> Any:
        state.headers["Idempotency-Replayed"] = "true"
        return answer

    config = IdempotencyConfig(
        event_key_jmespath="key",
        payload_validation_jmespath="request",
        raise_on_no_idempotency_key=True,
        expires_after_seconds=KEPT_SECONDS,
        hash_function="sha256",
        lambda_context=_Lease(state.remaining_ms or _DEFAULT_LEASE_MS),  # type: ignore[arg-type] # the part that is asked for
        response_hook=replayed,  # type: ignore[arg-type] # its protocol names the parameters
    )
    table = platform().settings.require("idempotency_table")

    def answer(*, request: dict[str, Any]) -> JsonValue:  # noqa: ARG001 - Powertools reads it by name
        return run()

    return idempotent_function(
        answer,
        data_keyword_argument="request",
        persistence_store=_store(table),
        config=config,
        key_prefix=f"request.{state.principal.user_id}",  # an erasure finds the user's answers by it
    )


def _identity(state: RequestState) -> dict[str, Any]:
    event = state.event
    body: Any = read_object(event) if _is_json(event) else body_text(event)
    request = {"path": event.get("rawPath"), "query": event.get("rawQueryString"), "body": body}
    return {"key": [str(state.principal.user_id), state.route, state.idempotency_key], "request": request}


def _is_json(event: Any) -> bool:
    return body_text(event).lstrip().startswith("{")


@cache
def _store(table: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name=table, key_attr="id", expiry_attr="ttl", boto_config=client_config())


class _Lease:
    """A Lambda context that answers Powertools' only question."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds that the invocation has left."""
        return self._milliseconds
