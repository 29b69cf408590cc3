"""The console's files come to a stage's bucket in an order in which no page names a file that is not there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest

from cdk_app.account.console import FOREVER, NEVER, publish
from cdk_app.account.stage_task import TaskError
from local.aws import Aws

pytestmark = pytest.mark.infra
START = datetime(2026, 1, 1, tzinfo=UTC)


class Recorder:
    """A client of the emulator's S3 that keeps the order of what is written."""

    def __init__(self, client: Any) -> None:
        self._client, self.put = client, []

    def put_object(self, **given: Any) -> Any:
        self.put.append(given["Key"])
        return self._client.put_object(**given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


@pytest.fixture
def bucket(aws: Aws) -> tuple[Recorder, str]:
    client = boto3.client("s3")
    name = f"static-{uuid4()}"
    client.create_bucket(Bucket=name)
    return Recorder(client), name


def built(folder: Path, script: str) -> Path:
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / script).write_text("1")
    (folder / "index.html").write_text(f'<script src="/app/assets/{script}"></script>')
    (folder / ".built").write_text("mark")
    return folder


def keys(recorder: Recorder, name: str) -> set[str]:
    return {each["Key"] for each in recorder.list_objects_v2(Bucket=name).get("Contents", ())}


def test_the_page_comes_last_and_says_how_long_it_may_be_kept(bucket: tuple[Recorder, str], tmp_path: Path) -> None:
    s3, name = bucket
    assert publish(s3, name, built(tmp_path / "one", "a.js"), "dev", now=START) == (2, 0)
    files = [key for key in s3.put if not key.endswith(".json")]
    assert files == ["app/assets/a.js", "app/index.html"]
    page, script = (s3.head_object(Bucket=name, Key=key) for key in ("app/index.html", "app/assets/a.js"))
    assert (page["CacheControl"], page["ContentType"]) == (NEVER, "text/html")
    assert (script["CacheControl"], script["ContentType"]) == (FOREVER, "text/javascript")
    assert json.loads(s3.get_object(Bucket=name, Key="app/stage.json")["Body"].read()) == {"stage": "dev"}


def test_a_release_stays_for_thirty_days_after_the_next(bucket: tuple[Recorder, str], tmp_path: Path) -> None:
    """However long it was the newest: a tab may have been opened a minute before the next one came."""
    s3, name = bucket
    first, second, third = (built(tmp_path / letter, f"{letter}.js") for letter in "abc")
    publish(s3, name, first, "dev", now=START)
    replaced = START + timedelta(days=90)
    publish(s3, name, second, "dev", now=replaced)
    assert "app/assets/a.js" in keys(s3, name)
    publish(s3, name, second, "dev", now=replaced + timedelta(days=29))
    assert "app/assets/a.js" in keys(s3, name)
    assert publish(s3, name, third, "dev", now=replaced + timedelta(days=31)) == (2, 1)
    assert {"app/assets/b.js", "app/assets/c.js", "app/index.html"} <= keys(s3, name)
    assert "app/assets/a.js" not in keys(s3, name)


def test_nothing_built_is_nothing_published(bucket: tuple[Recorder, str], tmp_path: Path) -> None:
    s3, name = bucket
    with pytest.raises(TaskError, match="make setup"):
        publish(s3, name, tmp_path, "dev", now=START)
    assert keys(s3, name) == set()
