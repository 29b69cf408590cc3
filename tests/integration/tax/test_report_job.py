"""From an imported history to forms in the bucket, and everything that must not happen twice."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from pypdf import PdfReader

from premium.bootstrap import Platform
from premium.jobs.model import JobRecord, JobStatus
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases
from tests.integration.tax.conftest import Ask

pytestmark = pytest.mark.integration

HISTORY = [
    {
        "id": "b1",
        "timestamp": "2023-01-05T10:00:00Z",
        "type": "buy",
        "asset": "ETH",
        "amount": "2",
        "price": "1200",
        "fee": "4",
    },
    {
        "id": "s1",
        "timestamp": "2024-03-05T10:00:00Z",
        "type": "sell",
        "asset": "ETH",
        "amount": "0.5",
        "price": "3600",
        "fee": "1",
    },
    {"id": "s2", "timestamp": "2025-03-05T10:00:00Z", "type": "sell", "asset": "ETH", "amount": "0.5", "price": "2000"},
]


def test_a_report_is_made_once_and_its_links_work(
    ask: Ask, work: Callable[[str], JobRecord], platform: Platform, postgres: Databases, user: UUID
) -> None:
    assert ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})[1]["data"]["added"] == 3
    status, answer = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "US", "method": "fifo"})
    assert status == 202
    job = answer["data"]["id"]
    assert ask("GET", f"/v1/tax/reports/{job}")[1]["data"]["status"] == "queued"

    assert work(job).status is JobStatus.DONE
    assert work(job).status is JobStatus.DONE, "run again, it changes nothing"

    report = ask("GET", f"/v1/tax/reports/{job}")[1]["data"]
    assert report["totals"]["totals"]["longTerm"] == "1198"
    document = httpx.get(report["links"]["form_8949_csv"]).content
    lines = list(csv.DictReader(io.StringIO(document.decode())))
    assert [line["(h) Gain or (loss)"] for line in lines] == ["1198.00", "1198.00"]
    pages = PdfReader(io.BytesIO(httpx.get(report["links"]["form_8949_pdf"]).content)).pages
    assert "0.5 ETH" in pages[0].extract_text()
    with psycopg.connect(postgres.url("premium", "postgres")) as connection:
        rows = connection.execute("SELECT files FROM tax_reports WHERE job_id = %s", (job,)).fetchall()
    assert len(rows) == 1
    assert rows[0][0]["form_8949_csv"]["sha256"] == hashlib.sha256(document).hexdigest()


def test_the_summary_answers_from_the_newest_stored_report(ask: Ask, work: Callable[[str], JobRecord]) -> None:
    assert ask("GET", "/v1/tax/summary/2024")[0] == 404
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    work(ask("POST", "/v1/tax/reports", {"year": 2024})[1]["data"]["id"])
    status, answer = ask("GET", "/v1/tax/summary/2024")
    assert (status, answer["data"]["totals"]["totals"]["proceeds"]) == (200, "1799")
    assert ask("GET", "/v1/tax/summary/2024", jurisdiction="DE")[0] == 404


def test_an_import_is_all_or_nothing_and_names_line_and_field(ask: Ask) -> None:
    broken = [HISTORY[0], {**HISTORY[1], "amount": "-1"}, {**HISTORY[2], "colour": "red"}]
    status, answer = ask("POST", "/v1/tax/transactions/import", {"transactions": broken})
    assert status == 400
    named = [(error["line"], error["field"]) for error in answer["error"]["details"]["errors"]]
    assert named == [(2, "amount"), (3, "colour")]
    assert ask("GET", "/v1/tax/transactions")[1]["data"] == []


def test_a_lenient_import_says_what_it_left_out(ask: Ask) -> None:
    broken = [HISTORY[0], {**HISTORY[1], "amount": "NaN"}]
    status, answer = ask("POST", "/v1/tax/transactions/import", {"transactions": broken, "lenient": True})
    assert status == 200
    assert (answer["data"]["added"], answer["data"]["skipped"]) == (1, 1)
    assert answer["data"]["warnings"][0]["line"] == 2


def test_the_same_history_twice_adds_nothing_also_as_csv(ask: Ask) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    again = ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})[1]["data"]
    assert (again["added"], again["known"]) == (0, 3)
    lines = ("s2,2025-03-05T10:00:00Z,sell,ETH,0.5,2000", "s3,2025-03-06T10:00:00Z,sell,ETH,0.25,2000")
    text = "\n".join(("id,timestamp,type,asset,amount,price", *lines))
    assert ask("POST", "/v1/tax/transactions/import", {"csv": text})[1]["data"]["added"] == 1


def test_pages_of_transactions_are_stable_under_inserts(ask: Ask) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    status, first = ask("GET", "/v1/tax/transactions", limit="2")
    assert (status, [row["sourceId"] for row in first["data"]]) == (200, ["s2", "s1"])
    newer = {**HISTORY[0], "id": "b9", "timestamp": "2025-09-01T00:00:00Z"}
    ask("POST", "/v1/tax/transactions/import", {"transactions": [newer]})
    cursor = first["meta"]["pagination"]["nextCursor"]
    second = ask("GET", "/v1/tax/transactions", limit="2", cursor=cursor)[1]
    assert [row["sourceId"] for row in second["data"]] == ["b1"]
    assert second["meta"]["pagination"]["nextCursor"] is None


def test_exact_quantities_survive_the_database(ask: Ask) -> None:
    amount = "10000000000000000000000000000000000000000.000000000000000001"
    ask(
        "POST",
        "/v1/tax/transactions/import",
        {"transactions": [{**HISTORY[0], "amount": amount, "price": "0.000000000000000000000000000001"}]},
    )
    assert ask("GET", "/v1/tax/transactions")[1]["data"][0]["amount"] == amount


def test_nothing_of_one_user_reaches_another(ask: Ask, work: Callable[[str], JobRecord], add_user: AddUser) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    job = ask("POST", "/v1/tax/reports", {"year": 2024})[1]["data"]["id"]
    stranger = add_user()
    assert ask("GET", f"/v1/tax/reports/{job}", as_user=stranger)[0] == 404
    work(job)
    assert ask("GET", f"/v1/tax/reports/{job}", as_user=stranger)[0] == 404
    assert ask("GET", "/v1/tax/transactions", as_user=stranger)[1]["data"] == []
    assert ask("GET", "/v1/tax/summary/2024", as_user=stranger)[0] == 404


def test_a_method_that_the_jurisdiction_does_not_allow_is_refused_with_the_reason(ask: Ask) -> None:
    status, answer = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": "DE", "method": "lifo"})
    assert (status, answer["error"]["code"]) == (422, "UNPROCESSABLE")
    assert "Germany does not allow the method lifo" in answer["error"]["message"]


def test_a_report_without_transactions_fails_with_a_sentence(ask: Ask, work: Callable[[str], JobRecord]) -> None:
    job = ask("POST", "/v1/tax/reports", {"year": 2024})[1]["data"]["id"]
    assert work(job).status is JobStatus.FAILED
    assert "no transactions" in ask("GET", f"/v1/tax/reports/{job}")[1]["data"]["error"]
    assert ask("GET", f"/v1/tax/reports/{uuid4()}")[0] == 404


def test_a_report_says_at_once_what_it_lacks(ask: Ask) -> None:
    """It is accepted: an import may be under way."""

    def warned(**wanted: object) -> list[str]:
        status, answer = ask("POST", "/v1/tax/reports", {"year": 2024, **wanted})
        assert status == 202
        warnings: list[str] = answer["data"]["warnings"]
        return warnings

    assert warned()[0].startswith("no transactions are stored")
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY, "currency": "USD"})
    assert [warned(), warned(jurisdiction="GB"), warned(currency="THB")] == [[], [], []]
    (said,) = warned(jurisdiction="GB", currency="VND")
    assert said.startswith("transactions are in USD, and the European Central Bank has never published a rate of VND")
    status, answer = ask("POST", "/v2/premium/tax/reports", {"year": 2024, "jurisdiction": "US"})
    assert (status, answer["data"]["warnings"]) == (202, [])


def test_values_in_a_currency_without_rates_are_reported_in_it(ask: Ask) -> None:
    rows = [row | {"id": f"v{row['id']}"} for row in HISTORY]
    ask("POST", "/v1/tax/transactions/import", {"transactions": rows, "currency": "VND"})
    assert ask("POST", "/v1/tax/reports", {"year": 2024, "currency": "VND"})[1]["data"]["warnings"] == []


def test_the_earlier_path_makes_the_same_reports(ask: Ask, work: Callable[[str], JobRecord]) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    wanted = {"year": 2024, "jurisdiction": "US", "format": "pdf"}
    status, answer = ask("POST", "/v2/premium/tax/reports", wanted)
    assert status == 202
    work(answer["data"]["id"])
    reports = ask("GET", "/v2/premium/tax/reports")[1]["data"]
    assert [row["id"] for row in reports] == [answer["data"]["id"]]
    assert {"form_8949_pdf", "form_8949_csv"} <= set(reports[0]["links"])
    status, answer = ask("POST", "/v2/premium/tax/reports", wanted | {"jurisdiction": "DE", "format": "txf"})
    assert (status, answer["error"]["code"]) == (422, "UNPROCESSABLE")
    assert "Germany have no txf" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("country", "year"),
    [
        ("GB", ("2024-25", "2024-04-06", "2025-04-05")),
        ("AU", ("2024-25", "2024-07-01", "2025-06-30")),
        ("DE", ("2024", "2024-01-01", "2024-12-31")),
    ],
)
def test_every_answer_says_which_days_its_tax_year_has(
    ask: Ask, work: Callable[[str], JobRecord], country: str, year: tuple[str, str, str]
) -> None:
    ask("POST", "/v1/tax/transactions/import", {"transactions": HISTORY})
    started = ask("POST", "/v1/tax/reports", {"year": 2024, "jurisdiction": country})[1]["data"]
    path = f"/v1/tax/reports/{started['id']}"
    waiting = ask("GET", path)[1]["data"]
    assert work(started["id"]).status is JobStatus.DONE
    summary = ask("GET", "/v1/tax/summary/2024", jurisdiction=country)[1]["data"]
    for told in (started, waiting, ask("GET", path)[1]["data"], summary):
        assert (told["taxYear"], told["period"]["firstDay"], told["period"]["lastDay"]) == year


@pytest.mark.parametrize(
    ("path", "body", "field", "reason"),
    [
        ("reports", {"year": 2024, "currency": "XYZ"}, "currency", "no currency of ISO 4217 is called 'XYZ'"),
        ("reports", {"year": 2099}, "year", "has not begun: it is 2099-01-01 to 2099-12-31"),
        ("reports", {"year": 2024, "jurisdiction": "XX"}, "jurisdiction", "unknown jurisdiction 'XX'"),
        ("reports", {"year": 2024, "method": "best"}, "method", "unknown method 'best'"),
        ("reports", {"year": 2024, "timeZone": "Mars/Olympus"}, "timeZone", "an IANA name is needed"),
        ("transactions/import", {"csv": "a,b", "currency": "XYZ"}, "currency", "no currency of ISO 4217"),
        ("transactions/import", {"csv": "a,b", "source": "krakn"}, "source", "unknown source 'krakn'"),
        ("transactions/uploads", {"currency": "XYZ"}, "currency", "no currency of ISO 4217"),
        ("transactions/uploads", {"source": "krakn"}, "source", "unknown source 'krakn'"),
        (
            f"transactions/uploads/{UUID(int=1)}/import",
            {"source": "krakn"},
            "source",
            "unknown source 'krakn'",
        ),
    ],
)
def test_what_can_be_judged_is_refused_before_a_job_is_accepted(
    ask: Ask, path: str, body: dict[str, object], field: str, reason: str
) -> None:
    status, answer = ask("POST", f"/v1/tax/{path}", body)
    assert (status, answer["error"]["code"], list(answer["error"]["details"])) == (400, "INVALID_INPUT", [field])
    assert answer["error"]["message"].startswith(f"{field}: ")
    assert reason in answer["error"]["message"]


def test_the_year_that_runs_may_be_reported(ask: Ask) -> None:
    year = datetime.now(UTC).year
    assert ask("POST", "/v1/tax/reports", {"year": year, "jurisdiction": "DE"})[0] == 202
