"""Chain events from SQS to the matcher's queue; what cannot be read goes to the dead-letter queue, the rest goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from handlers.runtime.body import read_object
from premium.alerts.intake import IncomingEvent, hand_over
from premium.bootstrap import platform
from premium.errors import InvalidInput, UpstreamUnavailable
from premium.observability import logger, tracer

Record = Mapping[str, Any]


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls with two
    """`{"batchItemFailures": […]}`: SQS forgets a record only when its event is kept, or in the dead-letter queue."""
    records: list[Record] = list(event.get("Records") or [])
    events, unreadable = _read(records)
    batches: list[str] = []
    failed = _bury(unreadable)
    try:
        with tracer.segment("hand over"):
            given = platform()
            shards = given.settings.alert_shards
            batches = [str(batch) for batch in hand_over(given.database, given.redis(1), events, shards=shards)]
    except UpstreamUnavailable:
        logger.exception("events stay in SQS")
        buried = {_id(record) for record, _ in unreadable} - set(failed)
        failed = [_id(record) for record in records if _id(record) not in buried]
    logger.info("chain events", records=len(records), refused=len(unreadable), batches=batches)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _bury(unreadable: list[tuple[Record, str]]) -> list[str]:
    """To the dead-letter queue, each with its reason, which SQS itself would not carry there; ids of those that remain.

    Where the queue is lent to us we do not know its dead letters: SQS moves the record there after its tries.
    """
    url = platform().settings.events_dead_letters if unreadable else None
    return [_id(record) for record, reason in unreadable if url is None or not _sent(url, record, reason)]


def _sent(url: str, record: Record, reason: str) -> bool:
    told = {"Reason": reason, "MessageId": _id(record)}
    try:
        boto3.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=str(record.get("body") or "(empty)"),
            MessageAttributes={name: {"DataType": "String", "StringValue": text or "-"} for name, text in told.items()},
        )
    except (BotoCoreError, ClientError):
        logger.exception("an unreadable event stays in SQS", message_id=_id(record))
        return False
    return True


def _read(records: list[Record]) -> tuple[list[dict[str, Any]], list[tuple[Record, str]]]:
    """Events, and the records that hold none, with the reason."""
    events: list[dict[str, Any]] = []
    failed: list[tuple[Record, str]] = []
    for record in records:
        try:
            events.append(_event(record))
        except (InvalidInput, ValidationError) as error:
            logger.warning("an event cannot be read", message_id=_id(record), reason=_reason(error))
            failed.append((record, _reason(error)))
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
