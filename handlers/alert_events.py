"""Chain events from SQS to the matcher's queue; what cannot be read goes to the dead-letter queue, the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    try:
        with tracer.segment("hand over"):
            job = hand_over(platform().redis(1), events)
    except UpstreamUnavailable:
        logger.exception("events stay in SQS")
        failed, job = [_id(record) for record in records], None
    logger.info("chain events", records=len(records), refused=len(failed), job_id=job)
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
    raw = read_object({"body": record.get("body")})
    if raw is None:
        raise InvalidInput("The message is empty")
    # From SNS without raw delivery the event is a text inside.
    if raw.get("Type") == "Notification" and isinstance(raw.get("Message"), str):
        raw = read_object({"body": raw["Message"]}) or {}
    IncomingEvent.model_validate(raw)
    return raw


def _reason(error: InvalidInput | ValidationError) -> str:
    if isinstance(error, InvalidInput):
        return error.message
    return json.dumps([{"field": problem["loc"], "problem": problem["msg"]} for problem in error.errors()])[:500]


def _id(record: Record) -> str:
    return str(record.get("messageId") or "")
