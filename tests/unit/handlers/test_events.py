"""Functions that answer no HTTP: the authorizer's reading of a request, chain events, ticks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import authorizer
from handlers.events import alert_events, alert_messages, schedules, stream
from handlers.runtime.requests.attempt import attempt_of
from premium.alerts.intake import EventIntake
from premium.alerts.store.batches import BatchStore
from premium.chains.registry import Registry
from premium.config import Settings
from premium.errors import Forbidden, UpstreamUnavailable
from premium.principal import Principal
from premium.streams.connections import Opened
from premium.tiers import Tier
from tests.factories.http import event

pytestmark = pytest.mark.unit
ORIGIN = {"value": "edge-secret", "previous": "old-secret"}


@pytest.mark.parametrize("odd", [{}, {"headers": None}, {"headers": {"authorization": 5}}, {"requestContext": 7}])
def test_the_authorizer_always_allows_and_never_admits_what_it_cannot_read(
    odd: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authorizer, "platform", lambda: 1 / 0)
    answer = authorizer.handler(odd, None)
    assert answer["isAuthorized"] is True
    assert answer["context"]["verdict"] == "unavailable"
    assert all(isinstance(value, str) for value in answer["context"].values())


@pytest.mark.parametrize(
    ("source", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("", "unknown"),
        ("x" * 1000, "unknown"),
    ],
)
def test_the_source_address(source: str, network: str) -> None:
    asked = event("GET", "/")
    asked["requestContext"]["http"]["sourceIp"] = source
    assert attempt_of(asked).address == network


def test_a_forwarded_address_counts_only_behind_the_edge() -> None:
    headers = {"X-Forwarded-For": "6.6.6.6, 198.51.100.1, 130.176.0.1"}
    assert attempt_of(event("GET", "/", headers=headers)).address == "203.0.113.7"
    for secret in ORIGIN.values():
        through_edge = event("GET", "/", headers=headers | {"X-Origin-Secret": secret})
        assert attempt_of(through_edge, ORIGIN).address == "198.51.100.1"


@pytest.mark.parametrize("given", [None, "", "edge-secre", "edge-secret2", "é"])
def test_the_side_door_is_closed(given: str | None) -> None:
    headers = {"X-Origin-Secret": given} if given is not None else {}
    with pytest.raises(Forbidden):
        attempt_of(event("GET", "/", headers=headers), ORIGIN)
    with pytest.raises(Forbidden):
        attempt_of(event("GET", "/", headers=headers), {})


def chain_event(**changes: Any) -> dict[str, Any]:
    whole = {
        "event_id": "e1",
        "kind": "price",
        "chain": "ethereum",
        "timestamp": "2026-11-20T12:00:00Z",
        "price_usd": "1",
    }
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def record(body: object) -> dict[str, Any]:
    return {"messageId": uuid4().hex, "body": body if isinstance(body, str) else json.dumps(body)}


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []

    def keep(intake: EventIntake, events: Sequence[dict[str, Any]]) -> list[str]:
        assert intake.shards == 3
        kept.extend(events)
        return ["batch"]

    monkeypatch.setattr(EventIntake, "enqueue_batches", keep)
    monkeypatch.setattr(alert_events, "platform", Nowhere)
    return kept


class Nowhere:
    """A platform without stores, at noon."""

    database = None
    chains = Registry({})
    settings = Settings(premium_stage="local", alert_shards=3)

    class clock:  # noqa: N801 - stands for the platform's attribute
        now = staticmethod(lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))

    def redis(self, number: int) -> None:
        assert number == 1


def failures(records: list[dict[str, Any]]) -> list[str]:
    answer = alert_events.handler({"Records": records}, None)
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_what_cannot_be_read_fails_alone(handed: list[dict[str, Any]]) -> None:
    good = [record(chain_event()), record({"Type": "Notification", "Message": json.dumps(chain_event(event_id="e2"))})]
    bad = [record(body) for body in ("", "{", "[]", "null", '{"Type": "Notification", "Message": "x"}')]
    wrong = ({"event_id": ...}, {"event_id": ""}, {"kind": "x"}, {"timestamp": "2026-11-20T12:00"}, {"chain": "A B"})
    wrong = (
        *wrong,
        {"timestamp": "2026-11-20T12:05:01Z"},
        {"timestamp": "0001-01-01T00:00:00+14:00"},
        {"retracts": ""},
        {"retracts": 5},
    )
    bad += [record(chain_event(**changes)) for changes in wrong]
    assert failures([*good, *bad]) == [each["messageId"] for each in bad]
    assert [each["event_id"] for each in handed] == ["e1", "e2"]
    assert handed[0]["price_usd"] == "1"


def test_each_event_of_a_message_is_read_as_if_it_had_come_alone(handed: list[dict[str, Any]]) -> None:
    exact = json.dumps(chain_event(event_id="exact")).replace('"1"', "0.1000000000000000000001")
    pieces = [
        exact,
        '{"event_id": "twice", "event_id": "twice"}',
        json.dumps(chain_event(event_id="nul", asset="\x00")),
        json.dumps(chain_event(event_id="long", asset="x" * 501)),
        json.dumps(chain_event(event_id="large", more="x" * 70_000)),
        "[]",
        json.dumps(chain_event(event_id="digits")).replace('"1"', "1" * 5_000),
        json.dumps(chain_event(event_id="late", timestamp=1_763_640_000_123)),
    ]
    together = record('{"events": [' + " ,\n".join(pieces) + "]}\n")
    wrapped = record({"Type": "Notification", "Message": json.dumps({"events": [chain_event(event_id="wrapped")]})})
    assert failures([together, wrapped]) == [together["messageId"]], "SQS keeps it: we know no dead letters here"
    assert [each["event_id"] for each in handed] == ["exact", "late", "wrapped"]
    assert str(handed[0]["price_usd"]) == "0.1000000000000000000001"
    assert handed[1]["timestamp"] == "2025-11-20T12:00:00.123000Z", "the matcher reads no milliseconds"
    read = alert_messages.read(together, datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert [each.text for each in read.refused] == pieces[1:7], "as they came, for the dead letters"


@pytest.mark.parametrize(
    "body",
    [
        {"events": []},
        {"events": [1] * 1001},
        {"events": [chain_event()], "more": 1},
        '{"events": [{}, {]}',
        '{"events": [{} {}]}',
        '{"events": [{}]} x',
        '{"events": [' + "[" * 100_000,
    ],
)
def test_a_message_of_another_form_is_refused_whole(handed: list[dict[str, Any]], body: object) -> None:
    bad = record(body)
    assert failures([bad]) == [bad["messageId"]]
    assert handed == []
    (refused,) = alert_messages.read(bad, datetime(2026, 11, 20, 12, tzinfo=UTC)).refused
    assert refused.text == bad["body"]


def test_a_lost_queue_leaves_the_whole_batch_in_sqs(
    handed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> str:
        raise UpstreamUnavailable("down")

    monkeypatch.setattr(EventIntake, "enqueue_batches", lost)
    records = [record(chain_event()), record("{")]
    assert failures(records) == [each["messageId"] for each in records]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
SPOKEN = st.fixed_dictionaries(
    {"type": st.sampled_from(["ping", "subscribe", "unsubscribe"]) | JSON}, optional={"channel": JSON | st.just("jobs")}
)


class Room:
    """Connections that know nobody."""

    @property
    def streams(self) -> Room:
        return self

    connections = streams

    def subscribe(self, *_: object) -> bool:
        return False

    unsubscribe = subscribe


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(body=st.text() | JSON.map(json.dumps) | SPOKEN.map(json.dumps))
def test_whatever_is_said_to_the_stream_has_an_answer(body: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "platform", Room)
        caller = Principal(user_id=uuid4(), external_id="user_1", tier=Tier.PRO, scopes=frozenset({"*"}))
        opened = Opened(id="id", caller=caller, over=False)
        assert stream._reply(opened, {"body": body})["type"] in ("pong", "error")


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(body=st.text() | JSON.map(json.dumps))
def test_whatever_stands_in_the_queue_is_read_or_refused(body: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alert_events, "platform", Nowhere)
        message = alert_messages.read(record(body), datetime(2026, 11, 20, 12, tzinfo=UTC))
    assert len(message.events) + len(message.refused) == 1


def test_nothing_is_no_failure() -> None:
    nowhere: Any = None  # it is not asked
    assert EventIntake(store=BatchStore(nowhere), redis=nowhere, shards=1).enqueue_batches([]) == []


def test_a_tick_that_nobody_knows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Clockwork:
        class clock:  # noqa: N801 - stands for the platform's attribute
            now = staticmethod(lambda: datetime(2026, 11, 20, tzinfo=UTC))

    monkeypatch.setattr(schedules, "platform", Clockwork)
    with pytest.raises(KeyError):
        schedules.handler({"task": "nothing"}, None)
