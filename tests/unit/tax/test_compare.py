"""A year under every method that the country allows, side by side."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from premium.cli.tax import tax
from premium.tax.rules.registry import jurisdiction

pytestmark = pytest.mark.unit

ROWS = [
    ("a", "2022-01-10", "buy", "1", "100"),
    ("b", "2023-01-10", "buy", "1", "300"),
    ("c", "2023-06-10", "buy", "1", "200"),
    ("d", "2024-02-10", "sell", "1", "250"),
]


def compare(folder: Path, *options: str) -> Any:
    names = ("id", "timestamp", "type", "amount", "price")
    rows = [{**dict(zip(names, row, strict=True)), "asset": "ETH", "wallet": "w"} for row in ROWS]
    (folder / "in.json").write_text(json.dumps({"transactions": rows}))
    return CliRunner().invoke(tax, ["compare", "--input", str(folder / "in.json"), "--year", "2024", *options])


def figures(folder: Path, *options: str) -> dict[str, Any]:
    run = compare(folder, "--json", *options)
    assert run.exit_code == 0, run.output
    return {row["method"]: row for row in json.loads(run.stdout)["methods"]}


def test_each_allowed_method_has_its_own_figures(tmp_path: Path) -> None:
    found = figures(tmp_path, "--jurisdiction", "US")
    assert list(found) == list(jurisdiction("US").methods)
    gains = {name: (row["totals"]["short_term"], row["totals"]["long_term"]) for name, row in found.items()}
    assert gains["fifo"] == ("0", "150")
    assert gains["lifo"] == ("50", "0")
    assert gains["hifo"] == ("0", "-50")


@pytest.mark.parametrize("country", ["US", "GB", "DE", "CA", "AU", "FR", "IE", "JP"])
def test_every_country_compares_what_it_allows(tmp_path: Path, country: str) -> None:
    assert list(figures(tmp_path, "--jurisdiction", country)) == list(jurisdiction(country).methods)


def test_lots_below_their_cost_are_told_by_the_newest_price(tmp_path: Path) -> None:
    today = datetime.now(UTC).isoformat()
    (tmp_path / "p.csv").write_text(f"asset,timestamp,price\nETH,{today},220\n")
    found = figures(tmp_path, "--jurisdiction", "US", "--prices", str(tmp_path / "p.csv"))
    # fifo keeps 300 and 200, lifo 100 and 300, hifo 100 and 200
    assert {name: found[name]["unrealised_loss"] for name in ("fifo", "lifo", "hifo")} == {
        "fifo": "80",
        "lifo": "80",
        "hifo": "0",
    }
    assert figures(tmp_path, "--jurisdiction", "US")["fifo"]["unpriced"] == ["ETH"]


def test_the_table_has_a_column_a_method_and_a_method_is_not_asked_for(tmp_path: Path) -> None:
    run = compare(tmp_path, "--jurisdiction", "US")
    assert run.exit_code == 0, run.output
    head, *lines = run.stdout.splitlines()
    assert [word for word in head.split() if word in ("fifo", "lifo", "hifo")] == ["fifo", "lifo", "hifo"]
    assert any(line.split()[:4] == ["total", "150", "50", "-50"] for line in lines)
    assert compare(tmp_path, "--jurisdiction", "US", "--method", "fifo").exit_code != 0


def test_what_is_held_now_is_harvested_not_what_was_held_at_the_years_end(tmp_path: Path) -> None:
    today = datetime.now(UTC).isoformat()
    (tmp_path / "p.csv").write_text(f"asset,timestamp,price\nETH,{today},220\n")
    found = figures(tmp_path, "--jurisdiction", "US", "--prices", str(tmp_path / "p.csv"), "--year", "2023")
    # Until the end of 2023 lots of 100, 300 and 200 are held: hifo would have 300 to lose, and has sold it since.
    assert (found["hifo"]["harvestable"], found["hifo"]["unrealised_loss"]) == ([], "0")
    (row,) = found["fifo"]["harvestable"]
    assert {name: row[name] for name in ("asset", "wallet", "term", "amount", "cost_basis", "value", "loss")} == {
        "asset": "ETH",
        "wallet": "w",
        "term": "long",
        "amount": "1",
        "cost_basis": "300",
        "value": "220",
        "loss": "80",
    }
    assert row["counts"]


@pytest.mark.parametrize(
    ("country", "price", "losses"),
    [
        ("DE", "150", [("long", "2", "200", False)]),
        ("GB", "150", [("none", "2", "100", True)]),
        ("CA", "150", [("none", "2", "100", True)]),
        # Of 600 the sale took 600 * 250 / 750 = 200; 400 are left for what is worth 300.
        ("FR", "150", [("none", "2", "100", True)]),
        ("FR", "200", []),
    ],
)
def test_each_country_loses_by_its_own_cost(
    tmp_path: Path, country: str, price: str, losses: list[tuple[str, str, str, bool]]
) -> None:
    today = datetime.now(UTC).isoformat()
    (tmp_path / "p.csv").write_text(f"asset,timestamp,price\nETH,{today},{price}\n")
    found = next(iter(figures(tmp_path, "--jurisdiction", country, "--prices", str(tmp_path / "p.csv")).values()))
    rows = [(row["term"], row["amount"], row["loss"], row["counts"]) for row in found["harvestable"]]
    assert sorted(rows) == sorted(losses)
