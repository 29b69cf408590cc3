"""Events to the SQS queue that the platform reads: many a message, as SQS is paid and paced by requests."""

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
"""Events: what cannot be kept comes again a message at a time."""
_A_MESSAGE_BYTES = 24_000
_A_REQUEST = 10
"""SQS takes no more messages at a time."""
_A_REQUEST_BYTES = 256_000


class EventsQueue:
    def __init__(self, client: SQSClient, url: str, *, a_message: int = A_MESSAGE) -> None:
        self._client, self._url, self._a_message = client, url, a_message

    def send(self, events: Sequence[Event]) -> None:
        """All of them, in order; UpstreamUnavailable where SQS did not take one: send them all again."""
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
    """Bodies of messages, `{"events": […]}`, of up to `most` events each."""
    for group in _grouped(map(to_json, events), most, _A_MESSAGE_BYTES):
        yield f'{{"events":[{",".join(group)}]}}'


def _grouped(texts: Iterable[str], most: int, most_bytes: int) -> Iterator[list[str]]:
    """Neighbours together, of ASCII; one that is too large for any group is alone in its own."""
    group, size = list[str](), 0
    for text in texts:
        if group and (len(group) == most or size + len(text) > most_bytes):
            yield group
            group, size = [], 0
        group.append(text)
        size += len(text)
    if group:
        yield group
