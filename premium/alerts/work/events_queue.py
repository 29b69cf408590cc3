"""The SQS queue of events, for sources.

Many events go into a message, as SQS charges by requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from premium.alerts.sources.blocks import Event
from premium.errors import UpstreamUnavailable
from premium.storage.plain import to_json

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

A_MESSAGE = 100
"""Events a message: events that cannot be kept come again a message at a time."""
_A_MESSAGE_BYTES = 24_000
_A_REQUEST = 10
"""SQS takes no more messages at a time."""
_A_REQUEST_BYTES = 256_000


class EventsQueue:
    """Sends events in order, `a_message` of them a message."""

    def __init__(self, client: SQSClient, url: str, *, a_message: int = A_MESSAGE) -> None:
        self._client, self._url, self._a_message = client, url, a_message

    def send(self, events: Sequence[Event]) -> None:
        """Send all events in order; after UpstreamUnavailable send them all again."""
        for bodies in _grouped(packed(events, self._a_message), _A_REQUEST, _A_REQUEST_BYTES):
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)],
                )
            except (BotoCoreError, ClientError) as error:
                raise UpstreamUnavailable("the events queue does not answer") from error
            if answer.get("Failed"):
                raise UpstreamUnavailable("the events queue did not take every event")


def packed(events: Iterable[Event], most: int = A_MESSAGE) -> Iterator[str]:
    """Yield message bodies, `{"events": […]}`, of up to `most` events each."""
    for group in _grouped(map(to_json, events), most, _A_MESSAGE_BYTES):
        yield f'{{"events":[{",".join(group)}]}}'


def _grouped(texts: Iterable[str], most: int, most_bytes: int) -> Iterator[list[str]]:
    """Yield groups of neighbouring ASCII texts.

    One that is too large for any group is alone.
    """
    group, size = list[str](), 0
    for text in texts:
        if group and (len(group) == most or size + len(text) > most_bytes):
            yield group
            group, size = [], 0
        group.append(text)
        size += len(text)
    if group:
        yield group
