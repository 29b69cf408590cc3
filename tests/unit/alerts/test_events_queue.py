"""Events on their way into the queue: packed within SQS' limits, and the same events on the other side."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.events.alert_messages import MAX_BYTES, read
from premium.alerts.work.events_queue import A_MESSAGE, EventsQueue
from premium.errors import UpstreamUnavailable

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REQUEST_BYTES = 262_144
"""What SQS took of a request and of a message before it took a megabyte; other regions and emulators may still."""


class Queue:
    """Takes what SQS would take."""

    def __init__(self) -> None:
        self.requests: list[list[str]] = []
        self.answer: Any = {"Successful": []}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> Any:  # noqa: N803 - boto3's names
        assert QueueUrl == "url"
        assert len({one["Id"] for one in Entries}) == len(Entries) <= 10
        bodies = [one["MessageBody"] for one in Entries]
        assert sum(len(body.encode()) for body in bodies) <= REQUEST_BYTES
        self.requests.append(bodies)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def event(number: int, more: str) -> dict[str, Any]:
    return {"event_id": f"e{number}", "kind": "gas", "chain": "a", "timestamp": "2026-11-20T12:00:00Z", "more": more}


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(sizes=st.lists(st.sampled_from([0, 1, 300, 5_000, 23_900, 60_000]), max_size=450))
def test_events_come_out_as_they_went_in(sizes: list[int]) -> None:
    queue, events = Queue(), [event(number, "é" * (size // 6)) for number, size in enumerate(sizes)]
    EventsQueue(queue, "url").send(events)  # type: ignore[arg-type] # as much of the client as is used
    messages = [read({"messageId": "m", "body": body}, NOW) for bodies in queue.requests for body in bodies]
    assert [each for message in messages for each in message.events] == events
    assert not any(message.refused for message in messages)
    assert max((len(message.events) for message in messages), default=0) <= A_MESSAGE
    if not any(sizes):
        assert len(queue.requests) == -(-len(events) // (10 * A_MESSAGE)), "small ones are sent together"


def test_one_that_is_too_large_to_be_read_takes_no_other_along() -> None:
    queue, events = Queue(), [event(1, ""), event(2, "x" * MAX_BYTES), event(3, "")]
    EventsQueue(queue, "url").send(events)  # type: ignore[arg-type] # as above
    messages = [read({"body": body}, NOW) for bodies in queue.requests for body in bodies]
    assert [each["event_id"] for message in messages for each in message.events] == ["e1", "e3"]


@pytest.mark.parametrize("answer", [{"Failed": [{"Id": "0"}]}, EndpointConnectionError(endpoint_url="url")])
def test_what_the_queue_does_not_take_is_said(answer: Any) -> None:
    queue = Queue()
    queue.answer = answer
    with pytest.raises(UpstreamUnavailable):
        EventsQueue(queue, "url").send([event(1, "")])  # type: ignore[arg-type] # as above


@pytest.mark.parametrize("usd", ["0", "-0.0", "-1", "0e9", "-1e-30", 0, -2])
def test_a_price_of_nothing_is_a_dead_letter_with_its_reason_and_takes_no_other_along(usd: str | int) -> None:
    told = {"kind": "price", "asset": "ETH", "price_usd": usd}
    body = json.dumps({"events": [event(1, "") | told, event(2, "") | told | {"price_usd": "1e-30"}, event(3, "")]})
    message = read({"messageId": "m", "body": body}, NOW)
    assert [each["event_id"] for each in message.events] == ["e2", "e3"], "the smallest price is one, and gas has none"
    (refused,) = message.refused
    assert "price_usd: must be above 0" in refused.reason
    assert json.loads(refused.text)["event_id"] == "e1", "as it came: mended, it may be sent again"
