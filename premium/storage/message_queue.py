"""Look at one SQS queue, and take dead letters out of it.

SQS gives no message by its id: what an operator names is looked for among those that are received, which are hidden
for a minute and then shown again. Errors of AWS are UpstreamUnavailable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from premium.storage.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MOST = 1_000
"""Letters that one look takes in hand."""
_A_REQUEST = 10
_HIDDEN_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Depth:
    """The messages of a queue, about: to be received, and in somebody's hand."""

    visible: int
    hidden: int


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message as it lies in a dead-letter queue."""

    id: UUID
    sent_at: datetime
    body: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    """Why it is here: `reason` of ours, `ERROR_MESSAGE` of EventBridge."""
    receipt: str = field(repr=False)


class MessageQueue:
    """One SQS queue by its URL."""

    def __init__(self, url: str) -> None:
        self._url = url

    def depth(self) -> Depth:
        """Return how many messages there are, about."""
        with translated("SQS"):
            found = _client().get_queue_attributes(
                QueueUrl=self._url,
                AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
            )["Attributes"]
        return Depth(
            visible=int(found["ApproximateNumberOfMessages"]),
            hidden=int(found["ApproximateNumberOfMessagesNotVisible"]),
        )

    def oldest(self) -> datetime | None:
        """Return when the oldest of the first messages was sent.

        Only for queues that nobody empties: it takes them in hand.
        """
        with self.letters(_A_REQUEST) as found:
            return min((letter.sent_at for letter in found), default=None)

    @contextmanager
    def letters(self, most: int = MOST) -> Iterator[list[Letter]]:
        """Take letters in hand, the oldest first.

        Those that are not removed by the end lie there again.
        """
        taken: dict[UUID, Letter] = {}
        try:
            while len(taken) < most and (some := self._receive(min(_A_REQUEST, most - len(taken)))):
                taken |= {letter.id: letter for letter in some}
            yield sorted(taken.values(), key=lambda letter: letter.sent_at)
        finally:
            self._show(taken.values())

    def remove(self, letter: Letter) -> None:
        """Delete a letter that is in hand."""
        with translated("SQS"):
            _client().delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)

    def send(self, body: str) -> None:
        """Add a message to the queue."""
        with translated("SQS"):
            _client().send_message(QueueUrl=self._url, MessageBody=body)

    def _receive(self, most: int) -> list[Letter]:
        with translated("SQS"):
            answer = _client().receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                VisibilityTimeout=_HIDDEN_SECONDS,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["SentTimestamp"],
            )
        return [_letter(message) for message in answer.get("Messages", [])]

    def _show(self, letters: Iterable[Letter]) -> None:
        """Show letters again; a removed one is refused by itself and no error."""
        entries: list[Any] = [
            {"Id": str(place), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
            for place, letter in enumerate(letters)
        ]
        for at in range(0, len(entries), _A_REQUEST):
            with translated("SQS"):
                _client().change_message_visibility_batch(QueueUrl=self._url, Entries=entries[at : at + _A_REQUEST])


def _client() -> SQSClient:
    import boto3

    from premium.storage.aws import client_config

    return boto3.client("sqs", config=client_config())


def _letter(message: Any) -> Letter:
    given = message.get("MessageAttributes", {})
    return Letter(
        id=UUID(message["MessageId"]),
        sent_at=datetime.fromtimestamp(int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000, UTC),
        body=message["Body"],
        attributes={name: str(value.get("StringValue", ""))[:1000] for name, value in given.items()},
        receipt=message["ReceiptHandle"],
    )
