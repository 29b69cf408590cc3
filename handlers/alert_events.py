"""Chain events from SQS to the matcher's queue; what cannot be read goes to the dead-letter queue, the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from handlers.runtime.body import read_object
from premium.alerts.intake import IncomingEvent, hand_over
from premium.bootstrap import platform
from premium.errors import InvalidInput, UpstreamUnavailable
from premium.observability import logger, tracer

Record = Mapping[str, Any]


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls with two
    """`{"batchItemFailures": […]}`: SQS forgets a record only when its event is on the matcher's queue."""
    records: list[Record] = list(event.get("Records") or [])
    events, failed = _read(records)
    batches: list[str] = []
    try:
        with tracer.segment("hand over"):
            given = platform()
            shards = given.settings.alert_shards
            batches = [str(batch) for batch in hand_over(given.database, given.redis(1), events, shards=shards)]
    except UpstreamUnavailable:
        logger.exception("events stay in SQS")
        failed = [_id(record) for record in records]
    logger.info("chain events", records=len(records), refused=len(failed), batches=batches)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _read(records: list[Record]) -> tuple[list[dict[str, Any]], list[str]]:
    events: list[dict[str, Any]] = []
    failed: list[str] = []
    for record in records:
        try:
            events.append(_event(record))
        except (InvalidInput, ValidationError) as error:
            # SQS carries no reason to the dead-letter queue: the log has it, by the message's id.
            logger.warning("an event cannot be read", message_id=_id(record), reason=_reason(error))
            failed.append(_id(record))
    return events, failed


def _event(record: Record) -> dict[str, Any]:
    body = record.get("body")
    raw = read_object({"body": body})
    if raw is None:
        raise InvalidInput("The message is empty")
    # From SNS without raw delivery the event is a text inside.
    if raw.get("Type") == "Notification" and isinstance(raw.get("Message"), str):
        body = raw["Message"]
        raw = read_object({"body": body}) or {}
    IncomingEvent.model_validate(raw, context={"now": platform().clock.now()})
    # Once more, now that it is known to be sound: a float would round what the rules compare exactly.
    exact: dict[str, Any] = json.loads(str(body), parse_float=Decimal)
    return exact


def _reason(error: InvalidInput | ValidationError) -> str:
    if isinstance(error, InvalidInput):
        return error.message
    return json.dumps([{"field": problem["loc"], "problem": problem["msg"]} for problem in error.errors()])[:500]


def _id(record: Record) -> str:
    return str(record.get("messageId") or "")
