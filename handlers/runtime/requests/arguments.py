"""Give a route the caller and request id that its annotations ask for.

None of it comes from the request's parameters: `def overview(caller: Caller, request_id: RequestId) -> Portfolio: ...`
"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Depends

from handlers.runtime.requests.state import current
from premium.principal import Principal


def _caller() -> Principal:
    return current().principal


def _request_id() -> str:
    return current().request_id


def _idempotency_key() -> str | None:
    return current().idempotency_key


Caller = Annotated[Principal, Depends(_caller)]
RequestId = Annotated[str, Depends(_request_id)]
IdempotencyKey = Annotated[str | None, Depends(_idempotency_key)]
