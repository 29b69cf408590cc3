"""The commands themselves: figures that were reckoned by hand from the EIPs, and what hostile users send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from premium.cli.gas import gas

pytestmark = pytest.mark.unit
BLOB = 131_072
ROLLUP = {"l1_base_fee": "1000000000", "l1_blob_base_fee": "10000000", "base_fee_scalar": 2, "blob_base_fee_scalar": 3}
SERIES = [{"number": place, "timestamp": 12 * place, "base_fee": str(10**9 + place)} for place in range(40)]
COMMANDS = ("next-base-fee", "bounds", "effective-price", "blob-fee", "l1-fee", "inclusion", "forecast", "backtest",
            "wait", "calculate")  # fmt: skip


def run(command: str, text: str) -> Result:
    return CliRunner().invoke(gas, [command, "--input", "-"], input=text)


def answered(command: str, case: dict[str, Any]) -> dict[str, Any]:
    made = run(command, json.dumps(case))
    assert made.exit_code == 0, made.output
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def header(base: int, used: int, limit: int, **more: Any) -> dict[str, Any]:
    return {"base_fee": str(base), "gas_used": used, "gas_limit": limit, **more}


@pytest.mark.parametrize(
    ("command", "case", "expected"),
    [
        # EIP-1559 with elasticity 2 and denominator 8: target 15 M; an eighth of what lies beyond it.
        ("next-base-fee", header(10**9, 30_000_000, 30_000_000), {"next_base_fee": "1125000000"}),
        ("next-base-fee", header(10**9, 0, 30_000_000), {"next_base_fee": "875000000"}),
        ("next-base-fee", header(10**9, 22_500_000, 30_000_000), {"next_base_fee": "1062500000"}),
        ("next-base-fee", header(7, 15_000_001, 30_000_000), {"next_base_fee": "8"}),
        ("next-base-fee", header(7, 14_999_999, 30_000_000), {"next_base_fee": "7"}),
        # Elasticity 6, denominator 250: target 10 M; full it rises by 5/250, empty it falls by 1/250.
        ("next-base-fee", header(10**9, 60_000_000, 60_000_000, elasticity=6, denominator=250),
         {"next_base_fee": "1020000000"}),
        ("next-base-fee", header(10**9, 0, 60_000_000, elasticity=6, denominator=250), {"next_base_fee": "996000000"}),
        # Elasticity 3, denominator 8, a limit that 3 does not divide: target 33,333,333 of 100 M.
        # 10^9 x 66,666,667 // 33,333,333 // 8 = 2,000,000,030 // 8.
        ("next-base-fee", header(10**9, 100_000_000, 100_000_000, elasticity=3), {"next_base_fee": "1250000003"}),
        ("next-base-fee", header(3, 10, 100, elasticity=10, denominator=50, floor="5"), {"next_base_fee": "5"}),
        # Holocene's extraData: version 0, denominator 250 (0xfa), elasticity 6.
        ("next-base-fee", header(10**9, 60_000_000, 60_000_000, extra_data="0x00000000fa00000006"),
         {"next_base_fee": "1020000000"}),
        # Jovian's: version 1, the same, with a least base fee of 2,000,000,000 (0x77359400).
        ("next-base-fee", header(10**9, 0, 60_000_000, extra_data="0x01000000fa000000060000000077359400"),
         {"next_base_fee": "2000000000"}),
        ("next-base-fee", {"blocks": [header(10**9, 30_000_000, 30_000_000), header(1_125_000_001, 0, 30_000_000)]},
         {"next_base_fee_after_each_parent": ["1125000000"],
          "first_mismatch": {"index": 1, "stated": "1125000001", "computed": "1125000000"}}),
        # 1000 → 1125 → 1265 → 1423, and 1000 → 875 → 766 → 671, each cut to whole wei.
        ("bounds", {"base_fee": "1000", "gas_limit": 30_000_000, "k": 3},
         {"max_after_k": ["1125", "1265", "1423"], "min_after_k": ["875", "766", "671"]}),
        ("effective-price", {"base_fee": "100", "max_fee": "150", "max_priority_fee": "20"},
         {"effective_gas_price": "120", "priority_paid": "20"}),
        ("effective-price", {"base_fee": "100", "max_fee": "110", "max_priority_fee": "20"},
         {"effective_gas_price": "110", "priority_paid": "10"}),
        # EIP-4844: e^2, e^3, e^4, each term of the series cut: 6, 16, 49; and the first wei's step.
        ("blob-fee", {"excess_blob_gas": "2", "update_fraction": 1}, {"blob_base_fee": "6"}),
        ("blob-fee", {"excess_blob_gas": "3", "update_fraction": 1}, {"blob_base_fee": "16"}),
        ("blob-fee", {"excess_blob_gas": "4", "update_fraction": 1}, {"blob_base_fee": "49"}),
        ("blob-fee", {"excess_blob_gas": "2314057", "fork": "cancun"}, {"blob_base_fee": "1"}),
        ("blob-fee", {"excess_blob_gas": "2314058", "fork": "cancun"}, {"blob_base_fee": "2"}),
        # Ten times each fork's fraction: e^10 = 22,026.46.
        ("blob-fee", {"excess_blob_gas": "50077160", "fork": "prague"}, {"blob_base_fee": "22026"}),
        ("blob-fee", {"excess_blob_gas": "83461930", "fork": "bpo1"}, {"blob_base_fee": "22026"}),
        ("blob-fee", {"excess_blob_gas": "116846710", "fork": "bpo2"}, {"blob_base_fee": "22026"}),
        # EIP-7691: Prague's target is six blobs.
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(9 * BLOB), "fork": "prague"},
         {"excess_blob_gas": "393216"}),
        # EIP-7918: 8192 x 16 is not above 131,072 x 1, 8192 x 17 is: then six blobs count by 3/9, not as 6 - 6.
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(6 * BLOB), "parent_base_fee": "16",
                      "fork": "osaka"}, {"excess_blob_gas": "0"}),
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(6 * BLOB), "parent_base_fee": "17",
                      "fork": "osaka"}, {"excess_blob_gas": "262144"}),
        # Below the target nothing is left, whatever the base fee.
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(5 * BLOB), "parent_base_fee": "1000",
                      "fork": "osaka"}, {"excess_blob_gas": "0"}),
        # bpo1: 12 blobs of a target of 10 and 15 at most: 12 x 131,072 x 5/15, or the two that are too many.
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(12 * BLOB), "parent_base_fee": "17",
                      "fork": "bpo1"}, {"excess_blob_gas": "524288"}),
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(12 * BLOB), "parent_base_fee": "16",
                      "fork": "bpo1"}, {"excess_blob_gas": "262144"}),
        # bpo2: 15 of 14 and 21: 15 x 131,072 x 7/21, or one.
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(15 * BLOB), "parent_base_fee": "17",
                      "fork": "bpo2"}, {"excess_blob_gas": "655360"}),
        ("blob-fee", {"parent_excess_blob_gas": "0", "parent_blob_gas_used": str(15 * BLOB), "parent_base_fee": "16",
                      "fork": "bpo2"}, {"excess_blob_gas": "131072"}),
        # Fjord's least size, 100 bytes x 10^6: (16 x 2 x 10^9 + 3 x 10^7) x 10^8 / 10^12.
        ("l1-fee", {"transaction": "0x00", **ROLLUP}, {"l1_fee": "3203000"}),
        # A thousand zeros are 21 bytes to FastLZ: less than the least size. Unsigned, 68 more: 89.
        ("l1-fee", {"transaction": "0x" + "00" * 1_000, **ROLLUP}, {"l1_fee": "3203000", "fastlz_size": 21}),
        ("l1-fee", {"transaction": "0x" + "00" * 1_000, "signed": False, **ROLLUP},
         {"l1_fee": "3203000", "fastlz_size": 89}),
        # Included in the second block after each start: of three starts with a block after, and two with two.
        ("inclusion", {"blocks": [{"number": number, "base_fee": fee, "gas_used": 1, "gas_limit": 10}
                                  for number, fee in enumerate(("10", "30", "10", "30"))],
                       "max_fee": "20", "max_priority_fee": "1", "blocks_ahead": [1, 2]},
         {"probability": [("1", 3, 1), ("2", 2, 2)]}),
    ],
)  # fmt: skip
def test_a_command_says_what_was_reckoned_by_hand(command: str, case: dict[str, Any], expected: dict[str, Any]) -> None:
    for name in (command, "calculate"):
        found = answered(name, case)
        if "probability" in found:
            told = [(str(each["blocks"]), each["n"], each["included"]) for each in found["probability"]]
            assert told == expected["probability"]
        else:
            assert {key: found[key] for key in expected} == expected


def test_a_last_header_decides_the_first_forecast() -> None:
    blocks = [{**each, "base_fee": str(10**9)} for each in SERIES]
    blocks[-1] |= {"gas_used": 30_000_000, "gas_limit": 30_000_000}
    first, third = answered("forecast", {"blocks": blocks, "horizons": [1, 3]})["forecasts"]
    assert (first["point"], first["p95"], first["block"]) == ("1125000000", ["1125000000"] * 2, 40)
    # Two blocks on from it: 1,265,625,000 and 1,423,828,125 at most, 984,375,000 and 861,328,125 at least.
    assert 861_328_125 <= int(third["p95"][0]) <= int(third["p95"][1]) <= 1_423_828_125


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "text",
    ["", " ", "{", "[", "nothing", "\x00", '{"a": 1, "a": 2}', '{"base_fee": NaN}', "[" * 20_000, '"text"', "5", "null",
     '{"cases": {}}', '{"cases": [], "fruit": 1}', '{"cases": null}'],
)  # fmt: skip
def test_a_file_that_is_none_is_one_sentence(command: str, text: str) -> None:
    made = run(command, text)
    assert made.exit_code == 1, made.output
    assert made.stdout == ""
    assert "Traceback" not in made.output
    assert len(made.stderr.strip().splitlines()) == 1
    assert made.exception is None or isinstance(made.exception, SystemExit)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_not_there_is_one_sentence(command: str, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        made = CliRunner().invoke(gas, [command, "--input", str(path)])
        assert (made.exit_code, str(path) in made.stderr, "Traceback" in made.output) == (1, True, False), made.output
    made = CliRunner().invoke(gas, [command])
    assert (made.exit_code, "--input" in made.stderr) == (2, True)


WRONG: list[Any] = [None, True, -1, 1.5, "", "x", "1e400", "0x10", "NaN", "-0.5", "٣", [], {}, 10**100, "9" * 200]
WHOLE: dict[str, dict[str, Any]] = {
    "next-base-fee": header(10**9, 1, 30_000_000),
    "bounds": {"base_fee": "1000", "gas_limit": 30_000_000},
    "effective-price": {"base_fee": "100", "max_fee": "150", "max_priority_fee": "20"},
    "blob-fee": {"parent_excess_blob_gas": "0", "parent_blob_gas_used": "0", "parent_base_fee": "7", "fork": "osaka"},
    "l1-fee": {"transaction": "0x00", **ROLLUP},
    "inclusion": {"blocks": [{"number": 1, "base_fee": "1", "gas_used": 0, "gas_limit": 1},
                             {"number": 2, "base_fee": "1", "gas_used": 0, "gas_limit": 1}],
                  "max_fee": "1", "max_priority_fee": "1", "blocks_ahead": [1]},
    "forecast": {"blocks": SERIES, "horizons": [1]},
    "backtest": {"blocks": SERIES, "horizons": [1], "from": 30},
    "wait": {"blocks": SERIES, "deadline": 5},
}  # fmt: skip


@pytest.mark.parametrize("command", list(WHOLE))
def test_a_wrong_field_is_named_with_its_reason(command: str) -> None:
    """Each field in turn, in the case and in its first block: an answer, or an error that begins with the field."""
    whole = WHOLE[command]
    cases = [({**whole, name: wrong}, name) for name in whole for wrong in WRONG]
    cases += [({**whole, "fruit": 1}, "fruit")]
    if "blocks" in whole:
        first, *others = whole["blocks"]
        cases += [
            ({**whole, "blocks": [{**first, name: wrong}, *others]}, "blocks") for name in first for wrong in WRONG
        ]
    made = run(command, json.dumps([case for case, _ in cases]))
    assert made.exit_code == 0, made.output
    for (case, name), found in zip(cases, json.loads(made.stdout), strict=True):
        if "error" in found:
            code, message = found["error"]["code"], found["error"]["message"]
            assert message.isprintable(), (case, found)
            assert len(message) < 400, (case, found)
            assert name in message or code in ("out_of_bounds", "unknown_kind", "gap", "not_in_order", "too_short"), (
                case, found,
            )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["models", "promote"], "CHAIN"),
        (["models", "promote", "ethereum", "2h", "x"], "'2h' is not one of"),
        (["models", "retire", "ethereum", "1h"], "VERSION"),
        (["models", "fly"], "fly"),
        (["fly"], "fly"),
        (["bounds", "--input", "-", "--fruit"], "--fruit"),
    ],
)
def test_a_wrong_command_is_named(arguments: list[str], words: str) -> None:
    made = CliRunner().invoke(gas, arguments, input="{}")
    assert (made.exit_code, words in made.stderr, "Traceback" in made.output) == (2, True, False), made.output
