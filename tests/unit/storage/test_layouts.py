"""The two layouts of a time-series migration offer the same: columns, constraints, what is readable, and to whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrations.files import FOLDER, of_layout, scripts

pytestmark = pytest.mark.unit
FOUND = scripts(FOLDER / "timeseries")
TWINS = sorted({script.id for script in FOUND if script.layout})


def statements(script: Path, pattern: str) -> list[str]:
    """Those that match, without comments and with single spaces, in order of the alphabet."""
    text = re.sub(r"--[^\n]*", "", script.read_text())
    return sorted(" ".join(found.split()) for found in re.findall(pattern, text, re.DOTALL))


def test_every_layout_has_every_migration() -> None:
    assert [script.id for script in of_layout(FOUND, "native")] == [
        script.id for script in of_layout(FOUND, "timescale")
    ]


@pytest.mark.parametrize(
    "pattern",
    [
        r"CREATE TABLE (?:portfolio_snapshots|price_history|gas_\w+) \(.*?\n\)",
        r"CREATE FUNCTION gas_roll_up.*?\$\$;",
        r"CREATE VIEW my_\w+ WITH.*?;",
        r"CREATE VIEW portfolio_snapshots AS.*?;",
        r"CREATE FUNCTION portfolio_\w+\(s .*?\$\$;",
        r"ALTER TABLE portfolio_states ADD COLUMN.*?;",
        r"GRANT [^;]*? TO premium_app[^;]*;",
        r"GRANT [^;]*? TO premium_worker[^;]*;",
        r"CREATE INDEX.*?;",
        r"COMMENT ON.*?;",
    ],
)
def test_twins_say_the_same(pattern: str) -> None:
    said = {
        layout: {name: statements(FOLDER / "timeseries" / f"{name}.{layout}.sql", pattern) for name in TWINS}
        for layout in ("native", "timescale")
    }
    assert said["native"] == said["timescale"]
    assert any(said["native"].values()), "the pattern finds something"


@pytest.mark.parametrize("name", ["0001_portfolio_snapshots"])
def test_roll_ups_have_the_same_columns(name: str) -> None:
    """A continuous aggregate names what the native roll-up table declares, in its order."""
    native = (FOLDER / "timeseries" / f"{name}.native.sql").read_text()
    declared = re.search(r"CREATE TABLE portfolio_snapshots_daily_rollup \((.*?)PRIMARY KEY", native, re.DOTALL)
    assert declared is not None
    columns = re.findall(r"^\s+(\w+) ", declared[1], re.MULTILINE)
    for view in ("daily", "weekly"):
        timescale = (FOLDER / "timeseries" / f"{name}.timescale.sql").read_text()
        made = re.search(rf"CREATE MATERIALIZED VIEW portfolio_snapshots_{view}\b.*?FROM", timescale, re.DOTALL)
        assert made is not None
        assert ["user_id", *re.findall(r" AS (\w+)", made[0].split("AS\n", 1)[1])] == columns
