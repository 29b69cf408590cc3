"""The command line: what accountants script."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
from click.testing import CliRunner, Result

from premium.cli.main import main
from tests.unit.tax.exports import COINBASE
from tests.unit.tax.histories import tx

pytestmark = pytest.mark.unit
ROWS = [
    tx("b1", "2022-01-01", "buy", "1", "10000", fee="10"),
    tx("b2", "2023-12-01", "buy", "1", "40000"),
    tx("s1", "2024-02-01", "sell", "1.5", "60000", fee="6"),
    tx("s2", "2025-02-01", "sell", "0.25", "20000"),
]
UTC = ("--time-zone", "UTC")
"""What the report of a US taxpayer else says that it assumes."""


def premium(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["tax", *arguments], input=stdin)


@pytest.fixture
def source(tmp_path: Path) -> str:
    path = tmp_path / "in.json"
    path.write_text(json.dumps({"jurisdiction": "US", "currency": "USD", "method": "fifo", "transactions": ROWS}))
    return str(path)


def calculated(*arguments: str, stdin: str | None = None) -> Any:
    done = premium("calculate", *arguments, stdin=stdin)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_calculate_writes_the_result_to_a_file_and_options_override_the_document(source: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    done = premium("calculate", "--input", source, "--method", "hifo", "--year", "2024", "--output", str(out), *UTC)
    assert (done.exit_code, done.output) == (0, "")
    result = json.loads(out.read_text())
    assert (result["method"], result["year"]) == ("hifo", "2024")
    assert [row["lot"] for row in result["disposals"]] == ["b2", "b1"]
    assert result["totals_by_year"].keys() == {"2024"}
    assert list(tmp_path.iterdir()) == [Path(source), out] or set(tmp_path.iterdir()) == {Path(source), out}


def test_standard_input_and_a_bare_list(source: str) -> None:
    assert calculated("--input", "-", stdin=json.dumps(ROWS)) == calculated("--input", source)


def test_members_after_the_list_count_too() -> None:
    text = '{"transactions": ' + json.dumps(ROWS) + ', "jurisdiction": "DE", "method": "lifo"}'
    out = calculated("--input", "-", stdin=text)
    assert (out["jurisdiction"], out["method"], out["disposals"][0]["lot"]) == ("DE", "lifo", "b2")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"transactions": [{"id": 1}, {"id"}]}', "line 1: Expecting ':' delimiter"),
        ('{"transactions": [{"id": 1}', "expected ,"),
        ('{"transactions": []} x', "something follows the document"),
        ('{"jurisdiction": "US"}', "no list of transactions"),
        ('{"transactions": [], "jurisdiction": "XX"}', "unknown jurisdiction 'XX'"),
        ("", "is empty"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_document_is_told_in_a_sentence(text: str, reason: str) -> None:
    done = premium("calculate", "--input", "-", stdin=text)
    assert done.exit_code == 1
    assert reason in done.output
    assert "Traceback" not in done.output


def test_a_missing_file_and_a_wrong_year(source: str, tmp_path: Path) -> None:
    assert "No such file" in premium("calculate", "--input", str(tmp_path / "none.json")).output
    nowhere = premium("calculate", "--input", source, "--output", str(tmp_path / "none" / "out.json"), *UTC)
    assert (nowhere.exit_code, nowhere.stderr) == (
        1,
        f"Error: {tmp_path / 'none' / 'out.json'}: No such file or directory\n",
    )
    assert "not a year: '2024-26'" in premium("calculate", "--input", source, "--year", "2024-26").output


def test_strict_names_line_and_field_and_writes_nothing(source: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps([*ROWS, tx("s3", "2025-03-01", "sell", "9", "1")]))
    out = tmp_path / "out.json"
    done = premium("calculate", "--input", str(bad), "--strict", "--output", str(out))
    assert done.exit_code == 1
    assert "line 5: s3: 8.75 BTC have no lot" in done.output
    assert not out.exists()
    assert calculated("--input", str(bad))["missing_basis"][0]["amount"] == "8.75"


def test_explain_says_why_this_lot_this_term_this_box(source: str) -> None:
    text = premium("calculate", "--input", source, "--explain", "s1").output
    for part in (
        "2 lots of BTC",
        "from lot b1",
        "the oldest lot first",
        "Term long: acquired 2022-01-01, disposed of 2024-02-01, long-term from 2023-01-02 on",
        "Form 8949 part II, box F",
        "box C",
    ):
        assert part in text, text
    assert "there is no transaction 'zz'" in premium("calculate", "--input", source, "--explain", "zz").output
    assert "An acquisition; 2 disposals used it" in premium("calculate", "--input", source, "--explain", "b2").output


def test_explain_names_the_scope_of_the_time_and_the_fee_in_kind_and_an_output_has_the_result(tmp_path: Path) -> None:
    path, out = tmp_path / "in.json", tmp_path / "out.json"
    fee = tx("s3", "2025-03-01", "sell", "0.25", "20000", fee="2", fee_asset="BTC", fee_amount="0.0001")
    path.write_text(json.dumps([*ROWS, fee]))
    assert "lots universal, as until 2024" in premium("calculate", "--input", str(path), "--explain", "s1").output
    done = premium("calculate", "--input", str(path), "--explain", "s3", "--output", str(out))
    assert "lots per_wallet, as from 2025-01-01" in done.stdout
    assert "s3:fee: fee of 0.0001 BTC" in done.stdout
    plain = calculated("--input", str(path))
    assert json.loads(out.read_text()) == plain
    assert plain["disposals"][-1]["transaction"] == "s3:fee"


def test_warnings_stand_on_standard_error_a_line_a_kind(source: str, tmp_path: Path) -> None:
    path = tmp_path / "short.json"
    path.write_text(
        json.dumps([*ROWS, tx("s4", "2025-03-01", "sell", "9", "5"), tx("s5", "2025-03-02", "sell", "9", "5")])
    )
    done = premium("calculate", "--input", str(path), "--method", "acb")
    told = done.stderr.splitlines()
    assert told[0].startswith("Warning method_not_allowed: United States does not allow the method acb")
    assert any(
        line.startswith("Warning missing_basis: line 5: s4: ") and line.endswith("(and 1 more)") for line in told
    )
    assert len(told) == len({line.split(":")[0] for line in told})
    assert json.loads(done.stdout)["warnings"][0]["code"] == "method_not_allowed"
    report = premium("report", "--input", str(path), "--output", str(tmp_path / "forms"))
    assert "Warning missing_basis: line 5: s4: " in report.stderr
    assert premium("calculate", "--input", source, *UTC).stderr == ""
    assert premium("calculate", "--input", source).stderr.startswith(
        "Warning tax_zone_assumed: no time zone was given: "
    )


def test_report_writes_the_same_bytes_again(source: str, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        done = premium("report", "--input", source, "--year", "2024", "--output", str(folder))
        assert done.exit_code == 0, done.output
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert made[0].keys() == {
        "us-2024-form-8949.pdf",
        "us-2024-form-8949.csv",
        "us-2024-schedule-d.pdf",
        "us-2024-schedule-d.csv",
        "us-2024-turbotax.txf",
        "us-2024-summary.pdf",
        "us-2024-audit.csv",
        "us-2024-result.json",
    }
    assert "unknown format 'docx'" in premium("report", "--input", source, "--format", "docx").output
    german = premium("report", "--input", source, "--jurisdiction", "DE", "--format", "form_8949_pdf")
    assert "Germany has no form_8949_pdf; its documents are summary_pdf" in german.output


def test_an_exchange_export_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "coinbase.csv"
    path.write_text(COINBASE)
    out = calculated("--input", str(path), "--jurisdiction", "US")
    assert len(out["disposals"]) == 2


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    rows = [tx(f"b{number}", "2022-01-01", "buy", "1", "1") for number in range(2000)]
    (tmp_path / "in.json").write_text(json.dumps({"transactions": rows}))
    program = (
        "from premium.cli.main import main; main(['tax', 'calculate', '--input', 'in.json', '--time-zone', 'UTC'])"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stdout=PIPE, stderr=PIPE, text=True) as done:
        assert done.stdout is not None
        assert done.stderr is not None
        assert done.stdout.readline() == "{\n"
        done.stdout.close()
        assert done.stderr.read() == ""


def test_a_pipe_stays_a_pipe_and_a_link_keeps_its_file(source: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert premium("calculate", "--input", source, "--output", str(tmp_path / "pipe")).exit_code == 0
    with os.fdopen(reader) as result:
        assert json.loads(result.read())["jurisdiction"] == "US"
    assert (tmp_path / "pipe").is_fifo()
    (tmp_path / "there.json").write_text("before")
    (tmp_path / "link.json").symlink_to(tmp_path / "there.json")
    assert premium("calculate", "--input", source, "--output", str(tmp_path / "link.json")).exit_code == 0
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "there.json").read_text().startswith("{")


def test_documents_that_contradict_one_another_are_refused(tmp_path: Path) -> None:
    for name, currency in (("a", "EUR"), ("b", "USD")):
        (tmp_path / f"{name}.json").write_text(json.dumps({"currency": currency, "transactions": ROWS}))
    inputs = [part for name in "ab" for part in ("--input", str(tmp_path / f"{name}.json"))]
    done = premium("calculate", *inputs)
    assert done.exit_code == 1
    assert "currency: b.json says 'USD', a document before it 'EUR': one report has one" in done.stderr


@pytest.mark.parametrize("said", [{"jurisdiction": "DE"}, {"jurisdiction": "US", "currency": "EUR"}])
def test_an_export_is_read_in_the_currency_that_a_document_beside_it_says(tmp_path: Path, said: dict[str, str]) -> None:
    (tmp_path / "own.json").write_text(json.dumps({**said, "transactions": []}))
    (tmp_path / "kraken.csv").write_text(
        "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance\n"
        "L1,T,2024-01-02 09:00:00,trade,,currency,ZEUR,-1000,1,0\n"
        "L2,T,2024-01-02 09:00:00,trade,,currency,XXBT,0.02,0,0\n"
    )
    for order in (("own.json", "kraken.csv"), ("kraken.csv", "own.json")):
        out = calculated(*(part for name in order for part in ("--input", str(tmp_path / name))))
        assert (out["currency"], [row["cost_basis"] for row in out["remaining"]]) == ("EUR", ["1001"])
