"""From an event in the deployed queue, or a transfer on the chain, to one alert, one webhook and one message."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from local import stacks
from local.journey.client import Client
from local.journey.stream import Listener
from local.patience import wait_until
from local.postgres import SUPERUSER, Postgres
from local.up import Stage
from premium.notifications.channels.signature import HEADER, is_signed
from tests.e2e.hook import Hook

pytestmark = pytest.mark.e2e
VISIBLE_SECONDS = 1.0
"""What docs/alerts.md promises: a rule is every matcher's within a second."""
ETHER = 10**18


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        yield server


@pytest.fixture
def api(client: Callable[..., Client]) -> Client:
    return client(f"user_{uuid4().hex[:12]}")


class Pipeline:
    """The deployed queues, and what is behind them."""

    def __init__(self, stage: Stage) -> None:
        assert isinstance(stage.neighbours.postgres, Postgres)
        self._sqs = stage.clients.sqs
        self.queue = stacks.output(stage.places.outputs, "EventsQueueUrl")
        self._database = stage.neighbours.postgres.url("premium", SUPERUSER)
        dead = [one for one in stacks.resources(stage.clients, "AWS::SQS::Queue") if "EventsDeadLetters" in one.name]
        self.dead_letters = dead[0].physical_id

    def send(self, *bodies: str) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.queue, MessageBody=body)

    def settle(self, *event_ids: str) -> None:
        """Until each of these was dealt with and nothing waits, in SQS or before the matcher."""
        assert wait_until(lambda: self._idle() and self._seen(event_ids), seconds=30)

    def _idle(self) -> bool:
        counts = self._sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["All"])["Attributes"]
        left = {counts["ApproximateNumberOfMessages"], counts["ApproximateNumberOfMessagesNotVisible"]}
        with psycopg.connect(self._database) as connection:
            waiting = connection.execute("SELECT count(*) FROM alert_batches WHERE matched_at IS NULL").fetchone()
        return left == {"0"} and waiting == (0,)

    def _seen(self, event_ids: tuple[str, ...]) -> bool:
        query = "SELECT count(DISTINCT event_id) FROM alert_events WHERE event_id = ANY (%s)"
        with psycopg.connect(self._database) as connection:
            return connection.execute(query, (list(event_ids),)).fetchone() == (len(set(event_ids)),)

    def dead_letter(self, body: str) -> dict[str, str]:
        """The attributes of the dead letter with this body; it is taken away."""
        found: list[dict[str, str]] = []

        def look() -> bool:
            answer = self._sqs.receive_message(
                QueueUrl=self.dead_letters, MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
            )
            for message in answer.get("Messages", []):
                if message["Body"] == body:
                    given = message["MessageAttributes"]
                    found.append({name: value["StringValue"] for name, value in given.items()})
                    self._sqs.delete_message(QueueUrl=self.dead_letters, ReceiptHandle=message["ReceiptHandle"])
            return bool(found)

        assert wait_until(look, seconds=20), f"{body} is no dead letter"
        return found[0]


@pytest.fixture
def pipeline(stack: Stage) -> Pipeline:
    return Pipeline(stack)


def _price(asset: str, name: str, usd: str, at: datetime) -> str:
    event = {"event_id": f"{asset}:{name}", "kind": "price", "chain": "local", "asset": asset, "price_usd": usd}
    return json.dumps(event | {"timestamp": at.isoformat()})


def _rule(api: Client, kind: str, conditions: list[tuple[str, str, str]], hook: Hook, template: str) -> dict[str, Any]:
    named = [{"field": field, "operator": operator, "value": value} for field, operator, value in conditions]
    action = {"type": "webhook", "destination": hook.url, "template": template}
    body = {"name": f"e2e {kind}", "type": kind, "conditions": named, "actions": [action]}
    made: dict[str, Any] = api.post("/v1/alerts/rules", body)
    time.sleep(VISIBLE_SECONDS)
    return made


def _alerts(api: Client, rule: dict[str, Any]) -> list[dict[str, Any]]:
    found = api.get(f"/v1/alerts/history?rule={rule['id']}")
    return list(found["items"] if isinstance(found, dict) else found)


def _sent(api: Client, rule: dict[str, Any]) -> bool:
    return [[each["status"] for each in alert["deliveries"]] for alert in _alerts(api, rule)] == [["sent"]]


def test_one_crossing_is_one_alert_one_webhook_and_one_message(
    stack: Stage, api: Client, hook: Hook, pipeline: Pipeline
) -> None:
    """The crossing comes first; then an earlier price, a later one, and each of them again."""
    asset, now = f"feed:E2E-{uuid4().hex[:8]}", datetime.now(UTC) - timedelta(minutes=1)
    rule = _rule(api, "price", [("asset", "eq", asset), ("price_usd", "gt", "4000.5")], hook, "{{asset}} {{price_usd}}")
    crossing = _price(asset, "crossing", "4000.50000000000000001", now)
    earlier = _price(asset, "earlier", "3999", now - timedelta(seconds=30))
    later = _price(asset, "later", "4001", now + timedelta(seconds=30))
    with Listener(stack.socket, api.token, channels=("alerts",)) as stream:
        pipeline.send(crossing)
        told = stream.wait({"type": "alert", "ruleId": rule["id"]}, what="the alert", seconds=30)
        pipeline.send(earlier, later, crossing, later, earlier, crossing)
        pipeline.settle(*(f"{asset}:{name}" for name in ("crossing", "earlier", "later")))
        assert wait_until(lambda: _sent(api, rule), seconds=15), _alerts(api, rule)
        (alert,) = _alerts(api, rule)
        messages = [message for _, message in stream.messages if message["type"] == "alert"]
    assert (alert["eventId"], alert["event"]["price_usd"]) == (f"{asset}:crossing", "4000.50000000000000001")
    assert [message["data"]["alertId"] for message in messages] == [told["data"]["alertId"]] == [alert["id"]]
    (post,) = hook.posts
    assert is_signed(rule["signingSecret"], post.headers[HEADER.lower()], post.body, now=int(time.time()))
    assert not is_signed("another", post.headers[HEADER.lower()], post.body, now=int(time.time()))
    assert post.said["alertId"] == alert["id"]
    assert post.said["message"] == f"{asset} $4,000.50", "as a person reads it; the exact price is in the event"


def test_an_unreadable_event_is_a_dead_letter_with_its_reason_and_delays_no_other(pipeline: Pipeline) -> None:
    asset = f"E2E-{uuid4().hex[:8]}"
    broken = json.dumps({"event_id": f"{asset}:broken", "kind": "weather", "chain": "local"})
    future = _price(asset, "future", "1", datetime.now(UTC) + timedelta(hours=1))
    sound = [_price(asset, name, "1", datetime.now(UTC)) for name in ("alone", "together")]
    pipeline.send(broken, sound[0], f'{{"events": [{sound[1]}, {future}]}}')
    pipeline.settle(f"{asset}:alone", f"{asset}:together")
    assert "kind" in pipeline.dead_letter(broken)["Reason"]
    assert "five minutes in the future" in pipeline.dead_letter(future)["Reason"]


def test_a_transfer_on_the_chain_reaches_whoever_watches_for_it(
    stack: Stage, api: Client, hook: Hook, pipeline: Pipeline
) -> None:
    """Native coin of an account that nothing else here uses; the dollars are by the local market's price."""
    evm = stack.neighbours.evm
    sender, receiver = (f"0x{uuid4().hex}{uuid4().hex[:8]}" for _ in range(2))
    evm.call("anvil_setBalance", sender, hex(10 * ETHER))
    evm.call("anvil_impersonateAccount", sender)
    rule = _rule(
        api,
        "whale",
        [("asset", "eq", "ETH"), ("from", "eq", sender), ("amount", "gte", "4.5")],
        hook,
        "{{amount}} {{symbol}}",
    )
    sent = {
        amount: evm.call("eth_sendTransaction", {"from": sender, "to": receiver, "value": hex(amount)})
        for amount in (ETHER // 1000, 5 * ETHER)
    }
    assert wait_until(lambda: _sent(api, rule), seconds=30), _alerts(api, rule)
    (alert,) = _alerts(api, rule)
    event = alert["event"]
    assert (event["tx_hash"], event["amount"], event["symbol"]) == (sent[5 * ETHER], "5", "ETH")
    assert event["amount_base_units"] == str(5 * ETHER)
    pipeline.settle(alert["eventId"])
    (post,) = hook.posts
    assert is_signed(rule["signingSecret"], post.headers[HEADER.lower()], post.body, now=int(time.time()))
    assert (post.said["eventId"], post.said["message"]) == (alert["eventId"], "5 ETH")


def test_a_price_of_the_chain_s_own_pools_fires_the_first_example(api: Client, hook: Hook) -> None:
    """Nobody sends an event: the producer of the stage does. By level, as others may watch ETH here already."""
    conditions = [{"field": "asset", "operator": "eq", "value": "ETH"},
                  {"field": "price_usd", "operator": "gt", "value": "1000.5"}]  # fmt: skip
    action = {"type": "webhook", "destination": hook.url, "template": "{{asset}} is at {{price_usd}}"}
    rule = api.post("/v1/alerts/rules", {"name": "ETH", "type": "price", "conditions": conditions, "actions": [action],
                                         "trigger": "level", "cooldown_seconds": 3600})  # fmt: skip
    assert (rule["assets"][0]["asset"], rule["warnings"]) == ("local:0x" + "0" * 40, [])
    assert wait_until(lambda: _sent(api, rule), seconds=30), _alerts(api, rule)
    (post,) = hook.posts
    assert post.said["message"].startswith("ETH is at $")
    tried = api.post(f"/v1/alerts/rules/{rule['id']}/test", {"deliver": False})
    assert (tried["eventSource"], tried["matches"], tried["event"]["symbol"]) == ("recent", True, "ETH")


def test_the_chains_say_what_is_read_and_how_old_it_is(api: Client) -> None:
    first, *others = api.get("/v1/chains")["chains"]
    assert (first["name"], first["balances"], first["events"]) == ("local", True, True)
    assert first["newestBlock"]["ageSeconds"] >= 0
    assert not any(chain["balances"] or chain["events"] for chain in others)
