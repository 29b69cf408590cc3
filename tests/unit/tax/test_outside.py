"""`outside.txt`, whose head says how it is read, through the engine: rows, lots, rules and what is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tax.histories import Row, result, tx

pytestmark = pytest.mark.unit
CASES = (Path(__file__).parent / "outside.txt").read_text(encoding="utf-8").split("\n## ")[1:]
_SHOWN = {
    "remaining": ("wallet", "asset", "amount", "cost_basis"),
    "pool_after": ("wallet", "asset", "amount", "cost_basis"),
    "income": ("transaction", "value", "kind"),
    "wash_sales": ("transaction", "replacement", "loss"),
    "missing_basis": ("transaction", "amount"),
    "no_gain_no_loss": ("transaction", "amount", "basis_given"),
    "warnings": ("code",),
}
_DISPOSAL = ("transaction", "lot", "amount", "cost_basis", "gain", "term", "rule")


def transaction(line: str) -> Row:
    name, kind, day, amount, *fields = line.split()
    row = tx(name, day, kind, amount)
    for field in fields:
        key, _, value = field.replace("@", "price=").partition("=")
        row[key] = lots(value) if key == "lots" else value
    return row


def lots(text: str) -> list[Row]:
    return [dict(zip(("lot", "amount"), each.split(":"), strict=True)) for each in text.split(",")]


def shown(rows: list[Row], names: tuple[str, ...]) -> list[str]:
    return [" ".join("-" if row[name] is None else row[name] for name in names) for row in rows]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.partition("\n")[0])
def test_the_engine_says_what_an_outsider_expects(case: str) -> None:
    _, head, *lines = case.strip().splitlines()
    code, *stated = head.split()
    options = dict(option.split("=") for option in stated)
    disposals = [line.removeprefix("-> ") for line in lines if line.startswith("-> ")]
    members = dict(line.split(":", 1) for line in lines if line.partition(":")[0] in _SHOWN)
    rows = [transaction(line) for line in lines[: -len(disposals) - len(members)]]
    out = result(code, rows, **options)
    assert shown(out["disposals"], _DISPOSAL) == disposals
    for member, expected in ({"warnings": ""} | members).items():
        assert "; ".join(shown(out[member], _SHOWN[member])) == expected.strip(), member
    again = result(code, rows[::-1], **options)
    assert again["disposals"] == out["disposals"]
