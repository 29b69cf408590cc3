"""Events to the SQS queue that the platform reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from premium.alerts.sources.blocks import Event
from premium.errors import UpstreamUnavailable
from premium.storage.plain import to_json

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_A_REQUEST = 10
"""SQS takes no more messages at a time."""


class EventsQueue:
    def __init__(self, client: SQSClient, url: str) -> None:
        self._client, self._url = client, url

    def send(self, events: Sequence[Event]) -> None:
        """All of them, in order; UpstreamUnavailable where SQS did not take one: send them all again."""
        for start in range(0, len(events), _A_REQUEST):
            part = events[start : start + _A_REQUEST]
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(place), "MessageBody": to_json(event)} for place, event in enumerate(part)],
                )
            except (BotoCoreError, ClientError) as error:
                raise UpstreamUnavailable("the events queue does not answer") from error
            if answer.get("Failed"):
                raise UpstreamUnavailable("the events queue did not take every event")
