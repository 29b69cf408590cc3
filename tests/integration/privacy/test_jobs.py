"""The jobs themselves: an archive in its bucket, an erasure whose end is told by e-mail, and what starts them."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import httpx
import psycopg
import pytest

from local import ports
from local.inbox import Inbox
from local.postgres import SUPERUSER
from premium.jobs.model import SYSTEM, JobRecord, JobStatus, Moment
from premium.privacy import work
from premium.privacy.jobs import UPKEEP
from premium.privacy.service import Erasures, Exports
from tests.integration.privacy.conftest import Everywhere

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inbox]:
    made = Inbox(tmp_path_factory.mktemp("inbox"), ports.free())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def variables(variables: dict[str, str], inbox: Inbox, aws: object) -> dict[str, str]:
    secret = boto3.client("secretsmanager").create_secret(
        Name=f"providers-{uuid4().hex}",
        SecretString=json.dumps(inbox.providers()),
    )
    return variables | {"NOTIFICATIONS_SECRET_ARN": secret["ARN"]}


def run(everywhere: Everywhere, body: Callable[[str], Any], record: JobRecord) -> JobRecord:
    body(str(record.id))
    return everywhere.platform.jobs.store.get(record.id)


def mails(inbox: Inbox) -> list[dict[str, Any]]:
    path = inbox.messages
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_an_archive_is_fetched_by_its_link(everywhere: Everywhere) -> None:
    him = everywhere.fill()
    exports = Exports.of(everywhere.platform)
    done = run(everywhere, work.export, exports.start(him.user_id, request_id="req_1"))
    assert done.status is JobStatus.DONE
    result = exports.again(him.user_id, done.id)
    body = httpx.get(result["url"], timeout=10).raise_for_status().content
    assert hashlib.sha256(body).hexdigest() == result["sha256"]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert json.loads(archive.read("manifest.json"))["user"] == str(him.user_id)


def test_an_erasure_that_is_due_is_started_done_and_told(everywhere: Everywhere, inbox: Inbox) -> None:
    him, platform = everywhere.fill(), everywhere.platform
    own = Erasures.of(platform)
    asked = own.ask(him.user_id, by="user", at_once=False, request_id="req_1")
    assert upkeep(everywhere)["started"] == 0, "its day is not over"
    with psycopg.connect(everywhere.postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("UPDATE erasures SET due_at = now() - interval '2 hours'")
    assert upkeep(everywhere) == {"started": 1, "late": 1, "purged": 0}
    record = Erasures.of_operator(platform).start(asked.id, request_id="req_2")
    assert record.user_id == SYSTEM
    assert run(everywhere, work.erase, record).status is JobStatus.DONE
    told = [each for each in mails(inbox) if him.email in json.dumps(each) and "is erased" in json.dumps(each)]
    assert len(told) == 1
    assert set(everywhere.holding(him)) == {"dynamodb audit", "redis 2 standing"}
    assert upkeep(everywhere)["started"] == 0
    assert him.email not in str(everywhere.platform.jobs.store.get(record.id))


def upkeep(everywhere: Everywhere) -> Any:
    at = everywhere.platform.clock.now() + timedelta(microseconds=1)
    record = everywhere.platform.jobs.start(UPKEEP, Moment(at=at), user_id=SYSTEM, request_id="req_0")
    return run(everywhere, work.upkeep, record).result
