"""Files over the request limit: uploaded by a form, imported by a job, reported in seconds."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from benchmarks.tax.upload import own_csv
from premium.bootstrap import Platform
from premium.jobs.model import JobRecord, JobStatus
from premium.tax.uploads import TaxUploads
from premium.tax.work import import_upload
from tests.factories.streams import listener
from tests.fixtures.platform import AddUser
from tests.integration.tax.conftest import Ask
from tests.unit.tax.exports import BINANCE, BINANCE_2025, KRAKEN

pytestmark = pytest.mark.integration


def send(form: dict[str, Any], content: bytes) -> int:
    """A browser's multipart form: the fields first, the file last."""
    return httpx.post(form["url"], data=form["fields"], files={"file": ("file", content)}).status_code


@pytest.fixture
def imported(platform: Platform, ask: Ask) -> Callable[..., JobRecord]:
    def run(content: bytes, **options: Any) -> JobRecord:
        form = ask("POST", "/v1/tax/transactions/uploads", {})[1]["data"]
        assert send(form, content) in (200, 204)
        status, answer = ask("POST", form["links"]["import"], options)
        assert status == 202
        import_upload(answer["data"]["id"])
        return platform.jobs.store.get(UUID(answer["data"]["id"]))

    return run


def history(count: int) -> list[dict[str, str]]:
    rows = []
    for number in range(count):
        kind, day = ("buy", "sell")[number % 2], 1 + number % 28
        rows.append(
            {
                "id": f"t{number}",
                "timestamp": f"2024-{1 + number * 12 // count:02d}-{day:02d}T{number % 24:02d}:00:00Z",
                "type": kind,
                "asset": "ETH",
                "amount": "2" if kind == "buy" else "1.5",
                "price": str(2000 + number % 997),
                "wallet": "main",
            }
        )
    return rows


def test_ten_thousand_transactions_from_upload_to_links(
    ask: Ask, imported: Callable[..., JobRecord], work: Callable[[str], JobRecord]
) -> None:
    content = json.dumps({"transactions": history(10_000)}).encode()
    done = imported(content)
    assert done.result is not None
    assert (done.status, done.result["added"]) == (JobStatus.DONE, 10_000)
    again = imported(content).result
    assert again is not None
    assert (again["added"], again["known"]) == (0, 10_000)

    started = time.perf_counter()
    job = ask("POST", "/v1/tax/reports", {"year": 2024})[1]["data"]["id"]
    assert work(job).status is JobStatus.DONE
    links = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]["links"]
    print(f"report of 10,000 transactions: {time.perf_counter() - started:.2f} s")
    assert {
        "form_8949_pdf",
        "form_8949_csv",
        "schedule_d_pdf",
        "turbotax_txf",
        "audit_csv",
        "result_json",
    } <= links.keys()
    lines = httpx.get(links["form_8949_csv"]).content.splitlines()
    assert len(lines) > 5_000


_APART = """
import re, sys
from premium.tax.work import import_upload

def peak():
    return int(re.search(r"VmHWM:\\s+([0-9]+)", open("/proc/self/status").read())[1])  # no parent's, as rusage's is

before = peak()
import_upload(sys.argv[1])
print("grown", peak() - before)
"""


def test_a_large_file_is_imported_in_a_fraction_of_its_rows_memory(
    ask: Ask, environment: dict[str, str], platform: Platform
) -> None:
    """3 MiB, whose rows in a list take nine times that; 256 MiB are measured by `benchmarks.tax.upload`."""
    form = ask("POST", "/v1/tax/transactions/uploads", {})[1]["data"]
    content = "".join(islice(own_csv(), 50_000)).encode()
    assert send(form, content) in (200, 204)
    job = ask("POST", form["links"]["import"], {})[1]["data"]["id"]
    command = [sys.executable, "-c", _APART, job]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=True)
    assert platform.jobs.store.get(UUID(job)).status is JobStatus.DONE
    grown = int(done.stdout.rpartition("grown ")[2]) >> 10
    assert grown < 45, f"{grown} MiB"


def test_an_exchange_export_is_recognised(imported: Callable[..., JobRecord], ask: Ask) -> None:
    done = imported(KRAKEN.encode())
    assert done.result is not None
    assert done.result["added"] == 3
    assert {row["sourceId"] for row in ask("GET", "/v1/tax/transactions")[1]["data"]} == {
        "kraken:T1",
        "kraken:L3",
        "kraken:L4",
    }


def test_an_export_may_be_sent_at_once_and_is_known_when_it_is_uploaded(
    ask: Ask, imported: Callable[..., JobRecord]
) -> None:
    """Wrong lines of an importer and of the format are named together, by the file's own lines."""
    path = "/v1/tax/transactions/import"
    wrong = BINANCE.replace("Withdraw,", "Teleport,").replace("0.001", "much")
    status, answer = ask("POST", path, {"csv": wrong})
    named = [(error["line"], error["field"]) for error in answer["error"]["details"]["errors"]]
    assert (status, named) == (400, [(6, "Change"), (8, "Operation")])
    lenient = ask("POST", path, {"csv": wrong, "lenient": True})[1]["data"]
    assert (lenient["added"], lenient["skipped"]) == (1, 2)
    assert ask("POST", path, {"csv": BINANCE})[1]["data"]["added"] == 2
    again = imported(BINANCE.encode()).result
    assert again is not None
    assert (again["added"], again["known"]) == (0, 3)
    assert ask("POST", path, {"csv": "a,b\n1,2\n"})[0] == 400
    named_zone = {"csv": BINANCE_2025, "file_name": "x(UTC+1).csv", "source": "binance", "currency": "eur"}
    assert ask("POST", path, named_zone)[1]["data"]["warnings"] == []


def test_a_wrong_line_stops_all_of_it_with_its_name(imported: Callable[..., JobRecord], ask: Ask) -> None:
    rows = history(10)
    rows[6]["amount"], rows[8]["price"] = "lots", "high"
    done = imported(json.dumps(rows).encode())
    assert done.status is JobStatus.FAILED
    assert done.error is not None
    assert "line 7: amount: not a decimal number" in done.error.message
    assert "line 9: price: not a decimal number" in done.error.message
    assert ask("GET", "/v1/tax/transactions")[1]["data"] == []


def test_another_users_upload_is_not_found(ask: Ask, add_user: AddUser) -> None:
    form = ask("POST", "/v1/tax/transactions/uploads", {})[1]["data"]
    send(form, b"[]")
    assert ask("POST", form["links"]["import"], {}, as_user=add_user())[0] == 404
    assert ask("POST", f"/v1/tax/transactions/uploads/{uuid4()}/import", {})[0] == 404


def test_an_arrival_starts_the_import_that_was_chosen_once(platform: Platform, ask: Ask) -> None:
    """Options travel with the file; told twice or asked for besides it is one job, with other options another."""
    form = ask("POST", "/v1/tax/transactions/uploads", {"currency": "EUR"})[1]["data"]
    assert send(form, b"[]") in (200, 204)
    key = form["fields"]["key"]
    first, again = (TaxUploads.of(platform).start_arrived(key, request_id=f"req_{n}") for n in range(2))
    assert (first.id, first.payload["currency"]) == (again.id, "EUR")
    assert ask("POST", form["links"]["import"], {})[1]["data"]["id"] == str(first.id)
    assert ask("POST", form["links"]["import"], {"lenient": True})[1]["data"]["id"] != str(first.id)


def test_the_import_of_an_upload_needs_no_body(ask: Ask) -> None:
    form = ask("POST", "/v1/tax/transactions/uploads", {})[1]["data"]
    assert send(form, b'{"transactions": []}') in (200, 204)
    bodies: tuple[tuple[Any, ...], ...] = ((), ({},))
    jobs = [ask("POST", form["links"]["import"], *body) for body in bodies]
    assert [status for status, _ in jobs] == [202, 202]
    assert len({answer["data"]["id"] for _, answer in jobs}) == 1


def test_a_repeated_key_gives_a_new_form_of_the_same_upload(ask: Ask) -> None:
    """The first form has run out long before its answer is forgotten."""
    key, path = uuid4().hex, "/v1/tax/transactions/uploads"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("premium.tax.uploads.UPLOAD_SECONDS", 1)
        first = ask("POST", path, {"lenient": True}, key=key)[1]["data"]
    again = ask("POST", path, {"lenient": True}, key=key)[1]["data"]
    assert (again["id"], again["fields"]["key"]) == (first["id"], first["fields"]["key"])
    assert again["fields"]["policy"] != first["fields"]["policy"]
    assert _ends(again) > time.time() + 600 > _ends(first)
    assert send(again, b"[]") in (200, 204)
    assert ask("POST", path, {"lenient": False}, key=key)[0] == 409


def _ends(form: dict[str, Any]) -> float:
    """When a form runs out, as S3 reads it in the policy that is signed."""
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    return datetime.fromisoformat(policy["expiration"]).timestamp()


def test_a_form_and_a_link_end_with_the_credential_that_asked(platform: Platform) -> None:
    soon = int(time.time()) + 30
    caller = replace(listener(uuid4()), expires_at=soon)
    form = TaxUploads.of(platform).form(caller, uuid4(), {})
    assert _ends({"fields": form["fields"]}) <= soon + 1
    assert caller.seconds_left(900, datetime.fromtimestamp(soon + 5, UTC)) == 1, "no link is without an end"
    assert replace(caller, expires_at=None).seconds_left(900, datetime.now(UTC)) == 900


def test_a_mapping_reads_an_upload_with_the_request_that_starts_its_import(
    ask: Ask, imported: Callable[..., JobRecord]
) -> None:
    said = {"time": "When", "received": "Units : Coin", "is": "deposit"}
    content = b"When,Units,Coin\n2025-02-01 10:00,2,SOL\n"
    done = imported(content, map=said).result
    assert done is not None
    assert (done["added"], done["lines"]) == (1, 1)
    status, answer = ask("POST", "/v1/tax/transactions/uploads", {"map": said})
    assert (status, "not with the form" in json.dumps(answer)) == (400, True)
