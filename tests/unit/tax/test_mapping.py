"""Files that no importer knows, read by what their user says of their columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from premium.cli.tax import tax
from premium.errors import InvalidInput
from premium.tax.importers.declared.own_words import LONGEST, digest_of, mapping_from, mapping_of
from premium.tax.importers.recognition import rows_of_csv
from premium.tax.neutral.rows import Unreadable
from tests.unit.tax.exports import KRAKEN

pytestmark = pytest.mark.unit

CSV = """When;What;Amount - gross;Coin;Cost;Money
02.01.2024 10:00;Bought;0,5;BTC;20000,00;EUR
03.01.2024 10:00;Earned;0,001;BTC;;
04.01.2024 10:00;Left;-0,1;BTC;;
05.01.2024 10:00;Dreamt;1;BTC;;
"""
MAP: dict[str, Any] = {
    "name": "my-broker",
    "columns": ["Amount - gross"],
    "wallet": "Broker",
    "time": "When",
    "zone": "Europe/Berlin",
    "formats": ["%d.%m.%Y %H:%M"],
    "kind": "What",
    "change": "Amount - gross : Coin",
    "kinds": {"income interest": ["Earned"], "withdrawal": ["Left"]},
    "rules": [{"of": "Bought", "is": "trade", "received": "Amount - gross : Coin", "sent": "Cost : Money"}],
}


def test_a_mapping_reads_a_file_by_the_rules_that_hold_everywhere() -> None:
    rows = rows_of_csv(CSV, "b.csv", currency="EUR", lenient=True, mapping=mapping_of(MAP))
    good = [row for row in rows if not isinstance(row, Unreadable)]
    assert [(row["timestamp"], row["type"], row["amount"], row.get("value"), row["wallet"]) for row in good] == [
        ("2024-01-02T09:00:00+00:00", "buy", "0.5", "20000.00", "Broker"),
        ("2024-01-03T09:00:00+00:00", "income", "0.001", None, "Broker"),
        ("2024-01-04T09:00:00+00:00", "transfer_out", "0.1", None, "Broker"),
    ]
    assert all(str(row["id"]).startswith("mapped-my-broker:") for row in good)
    (refused,) = [row for row in rows if isinstance(row, Unreadable)]
    assert (refused.line, refused.column, refused.reason) == (5, "What", "not known: 'Dreamt'")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"time": None}, "time"),
        ({"colour": "red"}, "colour: not a member"),
        ({"kinds": {"earned": ["Earned"]}}, "kinds.earned"),
        ({"kinds": {"withdrawal": ["Left", "left"]}}, "stands there twice"),
        ({"kind": ""}, "kind: missing"),
        ({"change": " : Coin"}, "change"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"pair": {"column": "Coin", "pattern": "(a+)+b"}}, "pair.pattern"),
        ({"pair": {"column": "Coin"}}, "pair: needs split or quotes"),
        ({"notice": ["a", "b"]}, "notice"),
        ({"name": "No Name"}, "name"),
        ({"fees": "somewhere"}, "fees"),
        ({"status": {"column": "What", "left": 5}}, "left"),
        ({"rules": 7}, "rules: not a list"),
        ({"rules": [{"of": "Bought", "is": "trade", "sent": "Cost : Money"}]}, "sent and received"),
        ({"wallet": 5}, "wallet: not a text"),
        ({"columns": "Amount"}, "columns"),
        ({"formats": ["%d.%d.%Y"]}, "formats: no time"),
        ({"formats": ["%Q"]}, "formats: no time"),
        ({"words": {"": "x"}}, "words: empty"),
        ({"words": {"a": "b" * 41}}, "words: empty, or longer"),
        ({"kinds": {"withdrawal": [f"{n}*" for n in range(101)]}}, "words with *"),
        ({"words": {"x": "y" * LONGEST}}, "longer than"),
    ],
)
def test_a_mapping_that_is_wrong_is_refused_by_its_member(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match="map: ") as caught:
        mapping_of({**MAP, **change})
    assert reason in caught.value.message


@pytest.mark.parametrize("text", ["", "[]", "7", "{", "[" * 100_000])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="map: "):
        mapping_from(text)


def test_a_mapping_whose_columns_a_file_lacks_is_refused_with_them() -> None:
    with pytest.raises(InvalidInput, match=r"map: .*missing Cost"):
        rows_of_csv(CSV.replace("Cost", "Price"), "b.csv", mapping=mapping_of(MAP))
    with pytest.raises(InvalidInput, match=r"no line of x\.csv has all columns"):
        rows_of_csv("a,b\n1,2\n", "x.csv", mapping=mapping_of(MAP))


def test_two_mappings_of_one_content_are_two_imports() -> None:
    assert digest_of(None) is None
    assert digest_of(MAP) == digest_of(dict(reversed(MAP.items())))
    assert digest_of(MAP) != digest_of({**MAP, "wallet": "Other"})


def _files(folder: Path) -> tuple[str, str, str]:
    (folder / "b.csv").write_text(CSV)
    (folder / "k.csv").write_text(KRAKEN)
    (folder / "map.json").write_text(json.dumps(MAP))
    return str(folder / "b.csv"), str(folder / "k.csv"), str(folder / "map.json")


def test_the_command_maps_the_files_that_no_importer_knows(tmp_path: Path) -> None:
    broker, kraken, file = _files(tmp_path)
    run = CliRunner().invoke(
        tax,
        ["calculate", "--input", broker, "--input", kraken, "--map", file, "--jurisdiction", "DE", "--lenient"],
    )
    assert run.exit_code == 0, run.output
    assert {row["wallet"] for row in json.loads(run.stdout)["remaining"]} >= {"Broker", "Kraken"}
    known = CliRunner().invoke(tax, ["calculate", "--input", kraken, "--map", file, "--jurisdiction", "DE"])
    assert known.exit_code != 0
    assert "every file is known without it" in known.output
    unknown = CliRunner().invoke(tax, ["calculate", "--input", broker, "--jurisdiction", "DE"])
    assert unknown.exit_code != 0
    assert "--map" in unknown.output


def test_a_preview_shows_rows_refusals_and_all_lines(tmp_path: Path) -> None:
    broker, _, file = _files(tmp_path)
    run = CliRunner().invoke(tax, ["preview", "--input", broker, "--map", file, "--currency", "eur", "--rows", "1"])
    assert run.exit_code == 0, run.output
    lines = run.stdout.splitlines()
    assert lines[0].startswith("2024-01-02T09:00:00+00:00\tbuy\t0.5\tBTC\t")
    assert "Dreamt" in lines[1]
    assert lines[-1] == "b.csv: 4 lines = 3 read + 0 left out + 1 refused"


@pytest.mark.parametrize("time", ["99999999999999", "1" * 200, "99999999999", "tomorrow"])
def test_a_time_that_is_none_is_refused_by_its_line(time: str) -> None:
    said = {"time": "When", "formats": ["unix"], "received": "Units : Coin", "is": "deposit"}
    (row,) = rows_of_csv(f"When,Units,Coin\n{time},1,SOL\n", "a.csv", lenient=True, mapping=mapping_of(said))
    if isinstance(row, Unreadable):
        assert (row.line, row.column) == (2, "When")
    else:
        assert row["timestamp"].startswith("5138-")
