"""Objects and tables on the emulator: conditions, pages, links, and a clear word when AWS is away."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key

from local.aws import Aws, client_environment
from premium.errors import NotFound, UpstreamUnavailable
from premium.storage.objects import Objects, attachment
from premium.storage.tables import Change, Table

pytestmark = pytest.mark.integration


@pytest.fixture
def objects(aws: Aws) -> Objects:
    name = f"objects-{uuid.uuid4().hex[:12]}"
    made = Objects(name, path_style=True)
    boto3.client("s3").create_bucket(Bucket=name)
    return made


@pytest.fixture
def table(aws: Aws) -> Iterator[Table]:
    name = f"table-{uuid.uuid4().hex[:12]}"
    client = boto3.client("dynamodb")
    client.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Table(name)
    client.delete_table(TableName=name)


def fetch(url: str) -> tuple[bytes, Any]:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the emulator's
        return answer.read(), answer.headers


def test_files_keep_their_hash(objects: Objects, tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    path.write_bytes(b"a,b\n" * 1000)
    stored = objects.put_file(path, "reports/1.csv", content_type="text/csv")
    assert stored.size == path.stat().st_size
    assert objects.notes("reports/1.csv") == {"sha256": stored.sha256}
    assert stored.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with objects.open("reports/1.csv") as stream:
        assert stream.read() == path.read_bytes()


def test_a_link_reads_the_object_under_its_name(objects: Objects, tmp_path: Path) -> None:
    (tmp_path / "1.pdf").write_bytes(b"%PDF")
    objects.put_file(tmp_path / "1.pdf", "reports/1.pdf", content_type="application/pdf")
    body, headers = fetch(objects.presigned_get("reports/1.pdf", 60, filename='Steuer "2024" Müller.pdf'))
    assert body == b"%PDF"
    assert headers["Content-Type"] == "application/pdf"
    assert "X-Amz-Expires=60" in objects.presigned_get("reports/1.pdf", 60)


def test_a_file_name_cannot_break_the_header() -> None:
    assert attachment('a"b\r\nSet-Cookie: x\\é.pdf') == (
        "attachment; filename=\"a_b__Set-Cookie: x__.pdf\"; filename*=UTF-8''a%22b%0D%0ASet-Cookie%3A%20x%5C%C3%A9.pdf"
    )


def test_an_upload_is_bounded_and_goes_to_one_key(objects: Objects) -> None:
    post = objects.presigned_post("imports/1", 60, max_bytes=10, content_type="text/csv")
    assert post["fields"]["key"] == "imports/1"
    assert post["fields"]["Content-Type"] == "text/csv"


def test_an_absent_object_is_not_found(objects: Objects) -> None:
    for look in (objects.open, objects.notes):
        with pytest.raises(NotFound, match="there is no object nothing"):
            look("nothing")


def test_an_item_is_put_once(table: Table) -> None:
    item = {"pk": "a", "sk": 1, "id": uuid.uuid4(), "at": datetime(2026, 1, 2, tzinfo=UTC), "n": Decimal("0.10")}
    assert table.put(item, condition=Attr("pk").not_exists()) is True
    assert table.put({**item, "n": 2}, condition=Attr("pk").not_exists()) is False
    assert table.get({"pk": "a", "sk": 1}) == {
        **item,
        "id": str(item["id"]),
        "at": "2026-01-02T00:00:00Z",
        "n": Decimal("0.1"),
    }
    assert table.get({"pk": "a", "sk": 2}) is None


def test_an_update_changes_only_where_its_condition_holds(table: Table) -> None:
    key = {"pk": "a", "sk": 1}
    change = Change(set={"status": "done", "name": "x"}, add={"count": 2}, set_once={"ttl": 7}, remove=["gone"])
    table.put({**key, "status": "new", "gone": True})
    assert table.update(key, change, condition=Attr("status").eq("other")) is None
    assert table.update(key, change, condition=Attr("status").eq("new")) == {
        **key,
        "status": "done",
        "name": "x",
        "count": 2,
        "ttl": 7,
    }
    again = table.update(key, Change(add={"count": 3}, set_once={"ttl": 9}))
    assert again is not None
    assert (again["count"], again["ttl"]) == (5, 7)
    assert table.delete(key, condition=Attr("count").eq(1)) is False
    assert table.delete(key) is True


def test_a_query_goes_page_by_page(table: Table) -> None:
    for n in range(5):
        table.put({"pk": "a", "sk": n})
    first = table.query(Key("pk").eq("a"), limit=3, ascending=False)
    assert [item["sk"] for item in first.items] == [4, 3, 2]
    rest = table.query(Key("pk").eq("a"), limit=3, ascending=False, start=first.next)
    assert ([item["sk"] for item in rest.items], rest.next) == ([1, 0], None)


def test_aws_that_is_away_is_an_outage(monkeypatch: pytest.MonkeyPatch, aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, value in client_environment("http://127.0.0.1:1").items():
        monkeypatch.setenv(name, value)
    for call in (
        lambda: Table("none").get({"pk": "a", "sk": 1}),
        lambda: Table("none").boto3.get_item(Key={"pk": "a"}),
        lambda: Objects("none").put_file(tmp_path / "empty", "key", content_type="text/plain"),
    ):
        with pytest.raises(UpstreamUnavailable, match="is not available"):
            call()
