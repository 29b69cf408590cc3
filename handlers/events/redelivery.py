"""Have SQS deliver failed messages again soon.

Else they stay hidden for the queue's whole visibility time-out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from premium.observability import logger

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import ChangeMessageVisibilityBatchRequestEntryTypeDef

PAUSES = (1, 2, 4, 8, 15, 30)
"""Seconds before the second, third, … delivery; the last before all others. The queue's redrive policy ends it."""
_A_REQUEST = 10


def deliver_again(url: str | None, records: Sequence[Mapping[str, Any]], failed: Sequence[str]) -> None:
    """Shorten the time for which failed messages (by SQS' ids) stay hidden.

    Without a queue's `url` nothing is done.
    """
    wanted = set(failed)
    entries = [_entry(place, record) for place, record in enumerate(records)
               if record.get("messageId") in wanted and record.get("receiptHandle")]  # fmt: skip
    for at in range(0, len(entries) if url else 0, _A_REQUEST):
        try:
            boto3.client("sqs").change_message_visibility_batch(
                QueueUrl=url or "", Entries=entries[at : at + _A_REQUEST]
            )
        except (BotoCoreError, ClientError):
            logger.exception("failed messages stay hidden for their whole time-out")
            return


def _entry(place: int, record: Mapping[str, Any]) -> ChangeMessageVisibilityBatchRequestEntryTypeDef:
    times = int((record.get("attributes") or {}).get("ApproximateReceiveCount") or 1)
    pause = PAUSES[min(max(times, 1), len(PAUSES)) - 1]
    return {"Id": str(place), "ReceiptHandle": str(record["receiptHandle"]), "VisibilityTimeout": pause}
