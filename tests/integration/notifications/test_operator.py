"""What operators do about notifications: those that ended are sent again, and a new key holds without a restart."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import boto3
import pytest
from click.testing import CliRunner, Result

from local.aws import Aws
from premium.bootstrap import Platform
from premium.cli.main import main
from premium.config import Settings
from premium.notifications.channels import providers
from premium.notifications.delivery.desk import open_desk
from stacks.terms.tables import creation
from tests.factories.deliveries import delivery
from tests.factories.listener import Reply, Request, listening
from tests.integration.notifications.conftest import Desk

pytestmark = pytest.mark.integration


@pytest.fixture
def variables(variables: dict[str, str], aws: Aws) -> dict[str, str]:
    """A worker's, with the trail that operators' commands are recorded in."""
    table = f"audit-{uuid4().hex[:12]}"
    boto3.client("dynamodb").create_table(TableName=table, **creation("audit"))  # type: ignore[arg-type] # made as data
    return variables | {"AUDIT_TABLE": table}


@pytest.fixture(autouse=True)
def _one_platform(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("premium.cli.deliveries", "premium.cli.operators", "premium.cli.switches"):
        monkeypatch.setattr(f"{module}.platform", lambda: desk.platform)


def deliveries(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["alerts", "deliveries", *arguments])


def test_what_was_given_up_is_listed_and_sent_again_under_its_id(desk: Desk) -> None:
    away = True

    def answer(request: Request) -> Reply:
        return Reply(410 if request.path == "/gone" else 503 if away else 200)

    with listening(answer) as server:
        (alert,) = desk.fire(desk.rule(f"{server.url}/x", f"{server.url}/gone"))
        desk.rows("UPDATE notification_deliveries SET attempts = 5, give_up_at = now()"
                  " WHERE destination LIKE '%/x' RETURNING id")  # fmt: skip
        desk.deliver()
        (dead,), (failed,) = (
            [json.loads(line) for line in deliveries("list", "--status", status).stdout.splitlines()]
            for status in ("dead", "failed")
        )
        assert {dead["id"], failed["id"]} == {str(each) for each in alert.deliveries}
        assert (dead["channel"], dead["attempts"], "503" in dead["error"]) == ("webhook", 6, True)
        assert deliveries("list", "--channel", "email").stdout == deliveries("list", "--hours", "0").stdout == ""
        away = False
        refused = deliveries("resend", dead["id"], str(uuid4()))
        assert (refused.exit_code, refused.stdout) == (1, "1 to be sent again\n")
        desk.deliver()
        assert desk.statuses() == {"sent": 1, "failed": 1}
        assert deliveries("resend", dead["id"]).exit_code == 1, "it has arrived"
        assert deliveries("resend", "--all", "--status", "failed").stdout == "1 to be sent again\n"
        assert deliveries("resend", dead["id"], "--all").exit_code == deliveries("resend").exit_code == 2
    asked = [request.headers["x-premium-delivery-id"] for request in server.asked]
    assert asked.count(dead["id"]) == 2


def test_news_that_was_taken_back_before_it_arrived_is_not_sent_again(desk: Desk) -> None:
    with listening(lambda _: Reply(410)) as server:
        (alert,) = desk.fire(desk.rule(f"{server.url}/gone"))
        desk.deliver()
        desk.retract(alert.event_id)
        assert deliveries("list", "--status", "failed").stdout == ""
        assert deliveries("resend", str(alert.deliveries[0])).exit_code == 1


def test_what_waits_is_found_by_user_and_destination_and_dropped(desk: Desk) -> None:
    with listening(lambda _: Reply(503)) as server:
        owner = uuid4()
        desk.fire(desk.rule(f"{server.url}/a", f"{server.url}/b", owner=owner), desk.rule(f"{server.url}/a"))
        listed = [json.loads(line) for line in deliveries("list", "--status", "pending").stdout.splitlines()]
        assert len(listed) == 3
        assert {row["status"] for row in listed} == {"pending"}
        for options, count in (
            (("--user", str(owner)), 2),
            (("--destination", f"{server.url}/a"), 2),
            (("--destination", f"{server.url}/*"), 3),
            (("--user", str(owner), "--destination", f"{server.url}/b"), 1),
            (("--user", str(uuid4())), 0),
            (("--destination", "%"), 0),
            (("--channel", "telegram"), 0),
        ):
            assert len(deliveries("list", "--status", "pending", *options).stdout.splitlines()) == count, options
        to_a = ("--all", "--destination", f"{server.url}/a", "--why", "asked to stop")
        dry = deliveries("drop", *to_a, "--dry-run")
        assert (dry.exit_code, dry.stdout) == (0, "would end 2 deliveries; nothing was done\n")
        assert deliveries("drop", *to_a).exit_code == 2, "nobody can be asked"
        assert desk.statuses() == {"pending": 3}
        assert deliveries("drop", *to_a, "--yes").stdout == "2 dropped\n"
        assert desk.statuses() == {"pending": 1, "failed": 2}
        assert deliveries("drop", str(uuid4()), "--why", "x", "--yes").exit_code == 1
        of_owner = ("--all", "--status", "failed", "--user", str(owner))
        again = deliveries("resend", *of_owner, "--dry-run")
        assert again.stdout == "would send 1 again; nothing was done\n"
        assert deliveries("resend", *of_owner).stdout == "1 to be sent again\n"
        assert desk.statuses() == {"pending": 2, "failed": 1}


@pytest.mark.parametrize("kind", ["users", "destinations"])
def test_nothing_goes_where_an_operator_switched_off(desk: Desk, kind: str) -> None:
    with listening(lambda _: Reply(200)) as server:
        owner = uuid4()
        desk.fire(desk.rule(f"{server.url}/stopped", owner=owner), desk.rule(f"{server.url}/others"))
        target = str(owner) if kind == "users" else f"{server.url}/stopped"
        off = CliRunner().invoke(main, [kind, "switch", target, "--off", "--why", "abuse"])
        assert (off.exit_code, off.stdout) == (0, f"{target} is off\n")
        desk.deliver()
        assert [request.path for request in server.asked] == ["/others"]
        (stopped,) = [json.loads(line) for line in deliveries("list", "--status", "failed").stdout.splitlines()]
        assert stopped["error"] == f"an operator switched the {kind[:-1]} off"
        assert CliRunner().invoke(main, [kind, "switch", target, "--on", "--why", "mended"]).exit_code == 0
        assert deliveries("resend", "--all", "--status", "failed").stdout == "1 to be sent again\n"
        desk.deliver()
        assert [request.path for request in server.asked] == ["/others", "/stopped"]


def test_a_renewed_key_of_a_provider_holds_without_a_restart(
    aws: Aws, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "FOLLOW_SECONDS", 0.02)
    monkeypatch.setattr("premium.storage.secrets.RENEWAL_PAUSE_SECONDS", 0.0)
    client = boto3.client("secretsmanager")

    async def run(platform: Platform, arn: str) -> list[str]:
        async with open_desk(platform) as desk:
            following = asyncio.create_task(desk.channels.follow())
            made = delivery(channel="telegram", destination="1")
            refused = await desk.office._courier.deliver(made)
            assert refused.error is not None
            assert "401" in refused.error
            before = desk.channels["telegram"]
            client.put_secret_value(SecretId=arn, SecretString="no JSON")
            await asyncio.sleep(0.2)
            assert desk.channels["telegram"] is before
            client.put_secret_value(SecretId=arn, SecretString=given("new"))
            async with asyncio.timeout(5):
                while desk.channels["telegram"] is before:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.02)
            sent = await desk.office._courier.deliver(made)
            following.cancel()
            return [refused.end.value, sent.end.value]

    with listening(lambda request: Reply(200 if "botnew" in request.path else 401)) as server:

        def given(token: str) -> str:
            return json.dumps({"telegram_token": token, "telegram_url": server.url})

        arn = client.create_secret(Name=f"providers-{uuid4().hex}", SecretString=given("old"))["ARN"]
        platform = Platform(Settings.from_environment(variables | {"NOTIFICATIONS_SECRET_ARN": arn}))
        assert asyncio.run(run(platform, arn)) == ["retry", "sent"]
        platform.close()
