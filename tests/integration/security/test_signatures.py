"""Dumps of signatures in a real database: imported, used where nothing else is known, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from premium.bootstrap import Platform
from premium.chains.addresses import keccak256
from premium.cli.main import main
from premium.security.calldata.dumps import BadDump, read_dump
from premium.security.calldata.selection import read
from premium.security.knowledge.known import Knowledge
from premium.security.signatures import Lookups
from premium.security.store.signatures import SignatureStore

pytestmark = pytest.mark.integration
OWN = "harvestFor_(address,uint256)"
TO = "0x" + "11" * 20


def selector(text: str) -> bytes:
    return keccak256(text.encode())[:4]


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["security", "signatures", *words])
    return done.exit_code, done.output


def imported(path: Path, rows: object, source: str = "4byte") -> tuple[int, str]:
    path.write_text(rows if isinstance(rows, str) else json.dumps(rows))
    return run("import", str(path), "--source", source, "--licence", "CC0-1.0", "--as-of", "2026-11-30")


def row(text: str, as_selector: str | None = None) -> dict[str, object]:
    return {"id": 1, "text_signature": text, "hex_signature": as_selector or f"0x{selector(text).hex()}"}


def test_a_dump_names_what_nothing_shipped_knows_and_is_taken_back(platform: Platform, tmp_path: Path) -> None:
    data = selector(OWN) + bytes(12) + b"\x22" * 20 + (5).to_bytes(32)
    lookups = Lookups(SignatureStore(platform.worker_database))
    assert read(TO, data, Knowledge(signatures=lookups.of), {}).confidence == "none"
    dump = {"count": 3, "results": [row(OWN), row("transfer(address,uint256)"), row(OWN, "0x01020304")]}
    assert imported(tmp_path / "a.json", dump) == (0, "4byte: 2 signatures, 2 new, 1 rows refused\n")
    lookups = Lookups(SignatureStore(platform.worker_database))
    found = read(TO, data, Knowledge(signatures=lookups.of), {})
    assert (found.signature and found.signature.text, found.confidence, found.args) == (
        OWN, "database", ["0x" + "22" * 20, "5"],
    )  # fmt: skip
    assert run("show", selector(OWN).hex()) == (0, f"{OWN}\n")
    assert "4byte" in run("show")[1]
    assert "CC0-1.0" in run("show")[1]
    assert imported(tmp_path / "a.json", dump) == (0, "4byte: 2 signatures, 0 new, 1 rows refused\n")
    assert run("undo", "4byte", "--yes")[0] == 0, "the repetition, which added nothing"
    assert run("undo", "4byte", "--yes") == (0, "4byte: 2 signatures went\n")
    assert run("undo", "4byte", "--yes")[0] != 0
    assert run("show", selector(OWN).hex()) == (0, "no import names it\n")


def test_names_that_are_shipped_win(platform: Platform) -> None:
    """The imports are not even asked for the selector of a standard's function."""
    store = SignatureStore(platform.worker_database)
    asked: list[bytes] = []

    def looked(which: bytes) -> tuple[str, ...]:
        asked.append(which)
        return store.of(which)

    transfer = selector("transfer(address,uint256)") + bytes(64)
    assert read(TO, transfer, Knowledge(signatures=looked), {}).args is not None
    assert asked == []


def test_an_answer_asks_for_a_bounded_number(platform: Platform) -> None:
    lookups = Lookups(SignatureStore(platform.worker_database))
    for number in range(200):
        assert lookups.of(number.to_bytes(4)) == ()
    assert len(lookups._found) == 200


@pytest.mark.parametrize(
    ("text", "listed", "refused"),
    [
        ("0xa9059cbb,transfer(address,uint256)\n# a remark\nnonsense\n", 1, 1),
        ("transfer(address,uint256)\napprove(address,uint256)\n", 2, 0),
        ('{"0xa9059cbb": ["transfer(address,uint256)", "other(uint8)"]}', 1, 1),
        ('{"ok": true, "result": {"function": {"0xa9059cbb": [{"name": "transfer(address,uint256)"}]}}}', 1, 0),
        ('["transfer(address,uint256)", "transfer(address, uint256)", 5]', 1, 2),
        ('[{"text_signature": "' + "x" * 500 + '()"}, {"text_signature": "f()"}]', 1, 1),
    ],
)
def test_shapes_of_dumps(text: str, listed: int, refused: int) -> None:
    found = read_dump(text.encode())
    assert (len(found.signatures), found.refused) == (listed, refused)


@pytest.mark.parametrize("text", ["", "{}", "[", "[" * 100_000, "\0\xff", '[{"hex_signature": "0x00000000"}]', "((((("])
def test_what_is_no_dump_is_refused(text: str) -> None:
    with pytest.raises(BadDump):
        read_dump(text.encode())


def test_a_refused_dump_changes_nothing(platform: Platform, tmp_path: Path) -> None:
    assert imported(tmp_path / "a.json", "nothing of use")[0] != 0
    assert (
        run("import", str(tmp_path / "a.json"), "--source", "4byte", "--licence", "x", "--as-of", "2099-01-01")[0] != 0
    )
    assert SignatureStore(platform.worker_database).imports() == []
