"""Chain events from SQS to the matcher's queue; what cannot be read goes to the dead-letter queue, the rest goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from handlers.events.alert_messages import Message, Refused, read
from premium.alerts.intake import hand_over
from premium.alerts.manifest import AlertSettings
from premium.bootstrap import platform
from premium.errors import UpstreamUnavailable
from premium.observability import logger, tracer

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_A_REQUEST = 10
"""SQS takes no more messages at a time."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls with two
    """`{"batchItemFailures": […]}`: SQS forgets a message only when each of its events is kept, or a dead letter.

    What is kept already when a message comes again is known by its events' ids.
    """
    now = platform().clock.now()
    messages = [read(record, now) for record in event.get("Records") or []]
    kept = _kept([event for message in messages for event in message.events])
    failed = [one.id for one in messages if (one.events and not kept) or not _buried(one)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _kept(events: Sequence[dict[str, Any]]) -> bool:
    try:
        with tracer.segment("hand over"):
            given = platform()
            batches = hand_over(
                given.database, given.redis(1), events, shards=given.settings.of(AlertSettings).alert_shards
            )
    except UpstreamUnavailable:
        logger.exception("events stay in SQS")
        return False
    logger.info("chain events", events=len(events), batches=[str(batch) for batch in batches])
    return True


def _buried(message: Message) -> bool:
    """Whether nothing of the message remains to be read.

    Each unreadable event goes to the dead-letter queue with its reason, which SQS itself would not carry there. Where
    the queue is lent to us we do not know its dead letters: SQS moves the whole message there after its tries.
    """
    for one in message.refused:
        logger.warning("an event cannot be read", message_id=message.id, reason=one.reason)
    if not message.refused:
        return True
    url = platform().settings.of(AlertSettings).events_dead_letters
    groups = range(0, len(message.refused), _A_REQUEST)
    return url is not None and all(_sent(url, message.id, message.refused[at : at + _A_REQUEST]) for at in groups)


def _sent(url: str, message_id: str, refused: Sequence[Refused]) -> bool:
    letters = [_letter(place, message_id, one) for place, one in enumerate(refused)]
    try:
        answer = boto3.client("sqs").send_message_batch(QueueUrl=url, Entries=letters)
    except (BotoCoreError, ClientError):
        logger.exception("unreadable events stay in SQS", message_id=message_id)
        return False
    return not answer.get("Failed")


def _letter(place: int, message_id: str, one: Refused) -> SendMessageBatchRequestEntryTypeDef:
    told = {"Reason": one.reason, "MessageId": message_id}
    return {
        "Id": str(place),
        "MessageBody": one.text or "(empty)",
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": text or "-"} for name, text in told.items()
        },
    }  # fmt: skip
