"""The routes of alerts from the token to the rows: rules, trials, history, limits, and the earlier form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from handlers.alerts import handler
from premium.alerts import service, trials
from premium.alerts.checks import TELLS_NOBODY
from premium.alerts.model import Firing, RuleRow
from premium.alerts.store.firings import record_firings
from premium.alerts.store.rules import RuleStore
from premium.bootstrap import Platform
from premium.entitlements import quota_of
from premium.storage.postgres import Database
from premium.tiers import Tier
from tests.factories.http import Answer
from tests.fixtures.postgres import Databases
from tests.integration.handlers.asking import through
from tests.integration.handlers.conftest import Sign

pytestmark = pytest.mark.integration
RULES = "/v1/alerts/rules"
HISTORY = "/v1/alerts/history"
EARLIER = "/v2/premium/alerts"
KEY = "coingecko:ethereum"
"""What a price of ETH is, where no chain's pools price it."""
HOOK = {"type": "webhook", "destination": "https://example.org/hook", "template": "{{asset}} at {{price_usd}}"}


def price_rule(**changes: Any) -> dict[str, Any]:
    conditions = [
        {"field": "asset", "operator": "eq", "value": "ETH"},
        {"field": "price_usd", "operator": "gt", "value": "4000.1"},
    ]
    whole = {"name": "ETH high", "type": "price", "conditions": conditions, "actions": [HOOK], "cooldown_seconds": 60}
    return whole | changes


@pytest.fixture
def token(at: Platform, sign: Sign) -> str:
    return sign(sub=f"user_{uuid4().hex[:8]}", email=f"{uuid4().hex[:8]}@example.org")


@pytest.fixture
def worker(postgres: Databases) -> Iterator[Database]:
    database = Database(lambda: postgres.url("premium", "premium_worker"))
    yield database
    database.close()


def ask(token: str, method: str, path: str, **parts: Any) -> Answer:
    return through(handler, method, path, token=token, **parts)


def made(token: str, **changes: Any) -> dict[str, Any]:
    answer = ask(token, "POST", RULES, body=price_rule(**changes))
    assert answer.status == 201, answer.text
    data: dict[str, Any] = answer.data
    return data


def fire(worker: Database, rule_id: str, *event_ids: str, minute: int = 0) -> None:
    time = datetime(2026, 11, 20, 12, minute, tzinfo=UTC)
    with worker.transaction() as connection:
        record_firings(connection, [Firing(UUID(rule_id), each, time, {"asset": "ETH"}) for each in event_ids])


def test_the_life_of_a_rule(token: str) -> None:
    rule = made(token)
    assert (rule["version"], rule["trigger"], rule["enabled"], rule["cooldownSeconds"]) == (1, "edge", True, 60)
    asset, bound = price_rule()["conditions"]
    assert (rule["conditions"], rule["actions"]) == ([asset | {"value": KEY}, bound], [HOOK | {"important": False}])
    assert rule["signingSecret"].startswith("whsec_")
    path = f"{RULES}/{rule['id']}"
    kept = {name: rule[name] for name in rule if name != "signingSecret"}
    kept["assets"] = [named | {"written": None} for named in rule["assets"]]
    assert ask(token, "GET", path).data == kept
    off = ask(token, "PUT", path, body={"enabled": False}).data
    assert (off["enabled"], off["version"], off["conditions"]) == (False, 2, rule["conditions"])
    whole = price_rule(name="gas", type="gas", actions=[], hysteresis="0.5", trigger="level") | {
        "conditions": [{"field": "gas_gwei", "operator": "lt", "value": 5}]
    }
    changed = ask(token, "PUT", path, body=whole).data
    assert (changed["type"], changed["trigger"], changed["hysteresis"], changed["actions"]) == (
        "gas",
        "level",
        "0.5",
        [],
    )
    cleared = ask(token, "PUT", path, body={"trigger": None, "hysteresis": None}).data
    assert (cleared["trigger"], cleared["hysteresis"], cleared["signingSecret"]) == ("edge", None, None)
    assert [row["id"] for row in ask(token, "GET", RULES).json["data"]] == [rule["id"]]
    assert ask(token, "DELETE", path).status in (200, 204)
    assert [ask(token, method, path, body=body).status for method, body in
            (("GET", None), ("DELETE", None), ("PUT", {"name": "x"}))] == [404] * 3  # fmt: skip


def test_a_rule_that_tells_nobody_says_so_wherever_it_is_shown(token: str) -> None:
    rule = made(token, actions=[])
    path = f"{RULES}/{rule['id']}"
    shown = [
        rule,
        ask(token, "GET", path).data,
        ask(token, "GET", RULES).json["data"][0],
        ask(token, "POST", f"{path}/test", body={"deliver": False}).data,
        ask(token, "PUT", path, body={"name": "silent"}).data,
        ask(token, "GET", EARLIER).json["data"][0],
    ]
    assert [TELLS_NOBODY in each["warnings"] for each in shown] == [True] * 6
    assert TELLS_NOBODY not in ask(token, "PUT", path, body={"actions": [HOOK]}).data["warnings"]


def test_a_change_of_an_old_version_is_a_conflict(token: str) -> None:
    path = f"{RULES}/{made(token)['id']}"
    assert ask(token, "PUT", path, body={"name": "one", "version": 1}).status == 200
    refused = ask(token, "PUT", path, body={"name": "two", "version": 1})
    assert (refused.status, refused.error["code"]) == (409, "CONFLICT")
    assert ask(token, "GET", path).data["name"] == "one"


def test_a_change_that_names_no_version_keeps_what_others_change_meanwhile(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{RULES}/{made(token)['id']}"
    read, others = RuleStore.get, iter(["one", "two"])

    def overtaken(store: RuleStore, user_id: UUID, rule_id: UUID) -> RuleRow:
        row = read(store, user_id, rule_id)
        if name := next(others, None):
            named = row.draft().model_copy(update={"name": name})
            store.replace(user_id, rule_id, named, None, version=row.version, quota=quota_of(Tier.PRO, "rules"))
        return row

    monkeypatch.setattr(RuleStore, "get", overtaken)
    assert ask(token, "PUT", path, body={"enabled": False}).status == 200
    now = ask(token, "GET", path).data
    assert (now["name"], now["enabled"], now["version"]) == ("two", False, 4)


def test_the_secret_is_shown_once_and_renewed_on_demand(token: str) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first, again = (ask(token, "POST", RULES, body=price_rule(), headers=key).data for _ in range(2))
    assert (again["id"], again["signingSecret"]) == (first["id"], None)
    renewed = ask(token, "PUT", f"{RULES}/{first['id']}", body={"newSigningSecret": True}).data
    assert renewed["signingSecret"] not in (None, first["signingSecret"])
    assert made(token, actions=[])["signingSecret"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"conditions": [{"field": "amount_usd", "operator": "gt", "value": 1}]}, "conditions.0.field"),
        ({"conditions": [{"field": "asset", "operator": "gt", "value": "ETH"}]}, "conditions.0.operator"),
        ({"conditions": [{"field": "price_usd", "operator": "ne", "value": 1}]}, "conditions.0.operator"),
        ({"conditions": [{"field": "price_usd", "operator": "gt", "value": "much"}]}, "conditions.0.value"),
        ({"conditions": [{"field": "price_usd", "operator": "gt", "value": True}]}, "conditions.0.value"),
        ({"conditions": [{"field": "price_usd", "operator": "gt", "value": "NaN"}]}, "conditions.0.value"),
        ({"conditions": []}, "conditions"),
        ({"conditions": [{"field": "price_usd", "operator": "gt", "value": 1}] * 11}, "conditions"),
        ({"type": "weather"}, "type"),
        ({"name": " "}, "name"),
        ({"cooldown_seconds": -1}, "cooldown"),
        ({"hysteresis": "-1"}, "hysteresis"),
        ({"owner": "x"}, "owner"),
        ({"actions": [HOOK | {"destination": "ftp://example.org"}]}, "actions.0.destination"),
        ({"actions": [HOOK | {"destination": "http://169.254.169.254/latest"}]}, "actions.0.destination"),
        ({"actions": [HOOK | {"destination": "http://[::ffff:10.0.0.1]/"}]}, "actions.0.destination"),
        ({"actions": [HOOK | {"template": "{{amount_usd}}"}]}, "actions.0.template"),
        ({"actions": [HOOK | {"template": "{{price_usd"}]}, "actions.0.template"),
        ({"actions": [{"type": "email", "destination": "nobody"}]}, "actions.0.destination"),
        ({"actions": [{"type": "telegram", "destination": "a b"}]}, "actions.0.destination"),
        ({"actions": [{"type": "pigeon", "destination": "roof"}]}, "actions.0.type"),
    ],
)
def test_a_wrong_rule_is_refused_by_field(token: str, changes: dict[str, Any], field: str) -> None:
    refused = ask(token, "POST", RULES, body=price_rule(**changes))
    assert (refused.status, refused.error["code"]) == (400, "INVALID_INPUT"), refused.text
    assert any(name.startswith(field) for name in refused.error["details"]), refused.error["details"]


def test_a_tier_has_room_for_so_many_rules(token: str, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    two = replace(quota_of(Tier.PRO, "rules"), most=2)
    monkeypatch.setattr(service, "quota_of", lambda *_: two)
    rules = [made(token, actions=[]) for _ in range(2)]
    refused = ask(token, "POST", RULES, body=price_rule())
    assert (refused.status, refused.error["code"]) == (422, "UNPROCESSABLE")
    assert refused.error["details"] == {"quota": "rules", "tier": "pro", "most": 2}
    ask(token, "DELETE", f"{RULES}/{rules[0]['id']}")
    made(token)
    made(sign(sub="user_other"))


def test_rules_come_in_pages_and_are_their_owners(token: str, sign: Sign) -> None:
    rules = [made(token, name=f"rule {n}", actions=[])["id"] for n in range(3)]
    first = ask(token, "GET", RULES, query={"limit": "2"}).json
    cursor = first["meta"]["pagination"]["nextCursor"]
    second = ask(token, "GET", RULES, query={"limit": "2", "cursor": cursor}).json
    assert [row["id"] for row in first["data"] + second["data"]] == rules[::-1]
    other = sign(sub="user_other")
    assert ask(other, "GET", RULES).data == []
    for method, body in (("GET", None), ("PUT", {"name": "mine"}), ("DELETE", None)):
        assert ask(other, method, f"{RULES}/{rules[0]}", body=body).status == 404
    assert ask(other, "POST", f"{RULES}/{rules[0]}/test", body={}).status == 404


def test_a_trial_fires_once_and_is_marked(at: Platform, token: str) -> None:
    rule = made(token, enabled=False)
    path = f"{RULES}/{rule['id']}/test"
    tried = ask(token, "POST", path).data
    assert (tried["matches"], tried["event"]["asset"], tried["event"]["price_usd"]) == (True, KEY, "4001.1")
    assert (tried["eventSource"], tried["event"]["symbol"], "has no such event" in tried["note"]) == (
        "example",
        "ETH",
        True,
    )
    assert len(tried["deliveries"]) == 1
    assert at.redis(1).llen("rq:queue:notifications") == 1
    (alert,) = ask(token, "GET", HISTORY).data
    assert (alert["id"], alert["isTest"], alert["ruleName"]) == (tried["alertId"], True, "ETH high")
    (delivery,) = alert["deliveries"]
    assert (delivery["status"], delivery["attempts"], delivery["channel"]) == ("pending", 0, "webhook")
    missed = ask(token, "POST", path, body={"event": {"asset": "ETH", "price_usd": 4000.1}}).data
    assert (missed["matches"], [one["holds"] for one in missed["conditions"]]) == (False, [True, False])
    quiet = ask(token, "POST", path, body={"deliver": False}).data
    assert (quiet["matches"], quiet["alertId"]) == (True, None)
    assert len(ask(token, "GET", HISTORY).data) == 1


def test_json_numbers_keep_every_digit(token: str) -> None:
    """As floats, bound and price would be one and the same."""
    long, short = "4000.10000000000000000001", "4000.1"
    given = price_rule(trigger="level")
    given["conditions"][1]["value"] = 0
    answer = ask(token, "POST", RULES, raw=json.dumps(given).replace('"value": 0', f'"value": {long}'))
    assert answer.data["conditions"][1]["value"] == long
    path = f"{RULES}/{answer.data['id']}"
    for price, holds in ((short, False), (long, False), (f"{long}1", True)):
        body = f'{{"event": {{"asset": "ETH", "price_usd": {price}}}, "deliver": false}}'
        assert ask(token, "POST", f"{path}/test", raw=body).data["matches"] is holds
    asset, bound = given["conditions"]
    changed = [asset | {"value": "feed:X"}, bound | {"value": 4000.1}]
    plain = ask(token, "PUT", path, body={"conditions": changed}).data
    assert plain["conditions"][1]["value"] == 4000.1
    earlier = f'{{"name": "n", "alert_type": "price_above", "condition": {{"threshold": {long}}}}}'
    assert ask(token, "POST", EARLIER, raw=earlier).data["condition"] == {"threshold": long}


@pytest.mark.parametrize(
    "time", ["noon", "9999-12-31T23:59:59-10:00", "0001-01-01T00:00:00+10:00", "1999-12-31T23:59:59Z", 10**20, True]
)
def test_a_trial_at_a_time_that_no_event_may_have_is_refused(token: str, time: Any) -> None:
    event = {"asset": "ETH", "price_usd": 5000, "timestamp": time}
    refused = ask(token, "POST", f"{RULES}/{made(token)['id']}/test", body={"event": event})
    assert (refused.status, list(refused.error["details"])) == (400, ["event.timestamp"])


def test_trials_that_are_delivered_are_few_a_minute(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "TRIALS_A_MINUTE", 2)
    path = f"{RULES}/{made(token)['id']}/test"
    assert [ask(token, "POST", path).status for _ in range(3)] == [200, 200, 429]
    assert ask(token, "POST", path, body={"deliver": False}).status == 200


def test_the_history_is_filtered_and_paged(token: str, sign: Sign, worker: Database) -> None:
    price, gas = made(token), made(token, type="gas", actions=[], conditions=[
        {"field": "gas_gwei", "operator": "lt", "value": 5}])  # fmt: skip
    fire(worker, price["id"], "e1", "e2", minute=1)
    fire(worker, gas["id"], "e3", minute=2)

    def ids(**query: str) -> list[str]:
        return [row["eventId"] for row in ask(token, "GET", HISTORY, query=query).data]

    assert ids()[0] == "e3"
    assert sorted(ids(type="price")) == ["e1", "e2"]
    assert ids(rule=gas["id"]) == ["e3"]
    assert ids(**{"from": "2026-11-20T12:02:00Z"}) == ["e3"]
    assert sorted(ids(to="2026-11-20T12:02:00Z")) == ["e1", "e2"]
    assert (sorted(ids(status="pending")), ids(status="dead")) == (["e1", "e2"], [])
    first = ask(token, "GET", HISTORY, query={"limit": "2"}).json
    second = ask(token, "GET", HISTORY, query={"limit": "2", "cursor": first["meta"]["pagination"]["nextCursor"]}).json
    assert sorted(row["eventId"] for row in first["data"] + second["data"]) == ["e1", "e2", "e3"]
    assert ask(sign(sub="user_other"), "GET", HISTORY).data == []
    ask(token, "DELETE", f"{RULES}/{gas['id']}")
    assert ids(type="gas") == ["e3"], "what fired outlives its rule"


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-01-01T00:00:00"},
        {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"},
        {"status": "lost"},
        {"rule": "x"},
        {"limit": "0"},
        {"cursor": "x"},
    ],
)
def test_a_wrong_question_to_the_history_is_refused(token: str, query: dict[str, str]) -> None:
    assert ask(token, "GET", HISTORY, query=query).error["code"] == "INVALID_INPUT"


def test_the_earlier_form_is_the_same_service(token: str) -> None:
    body = {"name": "whales", "alert_type": "whale_movement", "channels": ["email"],
            "condition": {"threshold": 1000000, "chain": "ethereum"}}  # fmt: skip
    earlier = ask(token, "POST", EARLIER, body=body)
    assert earlier.status == 201, earlier.text
    assert {name: earlier.data[name] for name in body} == body
    rule = ask(token, "GET", f"{RULES}/{earlier.data['id']}").data
    assert rule["conditions"] == [
        {"field": "amount_usd", "operator": "gte", "value": 1000000},
        {"field": "chain", "operator": "eq", "value": "ethereum"},
    ]
    action = {"type": "email", "destination": None, "template": None, "important": False}
    assert (rule["type"], rule["actions"]) == ("whale", [action])
    path = f"{EARLIER}/{earlier.data['id']}"
    changed = ask(token, "PUT", path, body=body | {"condition": {"threshold": "5"}, "name": "small"}).data
    assert (changed["name"], changed["condition"]) == ("small", {"threshold": "5"})
    made(token)
    assert [row["alert_type"] for row in ask(token, "GET", EARLIER).json["data"]] == ["price", "whale_movement"]
    assert ask(token, "DELETE", path).status in (200, 204)
    assert ask(token, "PUT", path, body=body).status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"alert_type": "rain"}, "alert_type"),
        ({"condition": {}}, "condition.threshold"),
        ({"condition": {"threshold": "x"}}, "condition.threshold"),
        ({"condition": {"threshold": 1, "to": 5, "asset": "A"}}, "condition.to"),
        ({"condition": {"threshold": 1, "colour": "red"}}, "condition.colour"),
        ({"channels": ["pigeon"]}, "channels.0"),
    ],
)
def test_a_wrong_alert_of_the_earlier_form_is_refused(token: str, changes: dict[str, Any], field: str) -> None:
    body = {"name": "w", "alert_type": "whale_movement", "channels": [], "condition": {"threshold": 1}} | changes
    refused = ask(token, "POST", EARLIER, body=body)
    assert refused.status == 400, refused.text
    assert field in refused.error["details"]


def test_an_address_that_nobody_has_confirmed_is_told_of(token: str) -> None:
    mail = {"type": "email", "destination": "stranger@example.org", "template": None, "important": True}
    rule = made(token, actions=[mail])
    assert rule["actions"] == [mail]
    assert [each for each in rule["warnings"] if each.startswith("stranger@example.org gets nothing before the code")]


def test_a_channel_without_a_destination_waits_for_one_in_the_profile(token: str) -> None:
    body = {"name": "w", "alert_type": "gas_below", "channels": ["telegram"], "condition": {"threshold": 5}}
    refused = ask(token, "POST", EARLIER, body=body).error
    assert (refused["code"], list(refused["details"])) == ("UNPROCESSABLE", ["channels"])
    wrong = ask(token, "PUT", "/v1/alerts/destinations", body={"telegram": "not a chat"})
    assert "telegram" in wrong.error["details"]
    body_of = {"telegram": "12345", "slack": "https://hooks.slack.com/services/T0AB/B0CD/x5f2c9a1b7"}
    mine = ask(token, "PUT", "/v1/alerts/destinations", body=body_of | {"important": ["slack", "email"]}).data
    assert (mine["telegram"], mine["email"].endswith("@example.org")) == ("12345", True)
    shown = ask(token, "GET", "/v1/alerts/destinations").data
    assert (shown["slack"], shown["important"]) == (body_of["slack"], ["email", "slack"])
    assert ask(token, "POST", EARLIER, body=body).status == 201


def test_the_free_tier_has_no_alerts(at: Platform, sign: Sign) -> None:
    for method, path in (("GET", RULES), ("GET", HISTORY), ("GET", EARLIER)):
        assert ask(sign(tier="free"), method, path).error["code"] == "TIER_REQUIRED"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00", "1700000000"])
def test_times_that_cannot_be_stored_are_refused_by_field(token: str, text: str) -> None:
    answer = ask(token, "GET", HISTORY, query={"from": text})
    assert (answer.status, answer.error["code"]) == (400, "INVALID_INPUT")
    assert "from" in answer.error["details"]
