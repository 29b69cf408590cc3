"""Hand chain events from SQS to the matcher.

Unreadable ones go to the dead-letter queue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from handlers.events.alert_messages import Message, Refused, read
from handlers.events.redelivery import deliver_again
from premium.alerts.intake import EventIntake
from premium.alerts.manifest import AlertSettings
from premium.bootstrap import platform
from premium.errors import UpstreamUnavailable
from premium.observability import logger, tracer

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

_A_REQUEST = 10
"""SQS takes no more messages at a time."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda calls with two
    """Enqueue the events of SQS messages, and return `{"batchItemFailures": […]}`.

    SQS forgets a message only when each of its events is kept, or is a dead letter. Events that are kept already when a
    message comes again are known by their ids.
    """
    now, records = platform().clock.now(), event.get("Records") or []
    messages = [read(record, now) for record in records]
    kept = _enqueued([event for message in messages for event in message.events])
    failed = [one.id for one in messages if (one.events and not kept) or not _dead_lettered(one)]
    if failed:
        deliver_again(platform().settings.of(AlertSettings).events_queue_url, records, failed)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _enqueued(events: Sequence[dict[str, Any]]) -> bool:
    """Enqueue events for the matcher; return whether they are kept."""
    try:
        with tracer.segment("hand over"):
            batches = EventIntake.of(platform()).enqueue_batches(events)
    except UpstreamUnavailable:
        logger.exception("events stay in SQS")
        return False
    logger.info("chain events", events=len(events), batches=[str(batch) for batch in batches])
    return True


def _dead_lettered(message: Message) -> bool:
    """Send a message's unreadable events to the dead-letter queue; return whether none is left.

    They go with their reason, which SQS itself would not carry there. Where the queue is lent to us we do not know its
    dead letters: SQS moves the whole message there after its tries.
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
    attributes = {"Reason": one.reason, "MessageId": message_id}
    return {
        "Id": str(place),
        "MessageBody": one.text or "(empty)",
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": text or "-"} for name, text in attributes.items()
        },
    }  # fmt: skip
