"""The archive holds all that is known of a user and nothing of another, and its manifest proves it."""

from __future__ import annotations

import hashlib
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from premium.cli.accounts import accounts
from premium.errors import NotFound
from premium.manifest import services
from premium.privacy.service import Exports
from tests.integration.privacy.conftest import Everywhere

pytestmark = pytest.mark.integration
SECRETS = ("key_hash", "signing_secret", "refresh_hash", "secret", "code_hash")


def read(path: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("manifest.json")), files


def test_the_archive_is_whole_and_his_alone(everywhere: Everywhere, tmp_path: Path) -> None:
    him, her = everywhere.fill(paying=True), everywhere.fill(paying=True)
    path = tmp_path / "export.zip"
    made = Exports.of(everywhere.platform).write(him.user_id, path)
    manifest, files = read(path)
    assert made.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {each["name"]: each["sha256"] for each in manifest["files"]} == {
        name: hashlib.sha256(body).hexdigest() for name, body in files.items()
    }
    for each in manifest["files"]:
        if each["name"].endswith(".json") and "rows" in each:
            assert len(json.loads(files[each["name"]])) == each["rows"], each["name"]
    whole = b"\n".join(files.values()).decode().lower()
    assert not any(word in whole for word in her.words)
    tables = {place.name for each in services() for place in each.places if place.store == "premium" and place.exported}
    told = {name.split("premium.")[1].removesuffix(".json") for name in files if "/premium." in name}
    assert told == tables
    filled = tables - {"erasures"}
    assert all(
        json.loads(files[name]) for name in files if "/premium." in name and told & filled and "erasures" not in name
    )
    assert not any(f'"{secret}"' in whole for secret in SECRETS)
    assert him.wallet.encode() in files[next(name for name in files if name.startswith("files/reports/tax/"))]
    assert {each["place"] for each in manifest["keptAfterErasure"]} >= {"premium payments", "dynamodb audit"}


def test_numbers_are_exact(everywhere: Everywhere, tmp_path: Path) -> None:
    him = everywhere.fill()
    path = tmp_path / "export.zip"
    Exports.of(everywhere.platform).write(him.user_id, path)
    _, files = read(path)
    rows = json.loads(files["portfolio/timeseries.portfolio_rows.json"], parse_float=Decimal)
    assert [row["total_value"] for row in rows] == [Decimal("12.345678901234567890")] * 3


def test_nobody_has_no_archive(everywhere: Everywhere, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Exports.of(everywhere.platform).write(uuid4(), tmp_path / "none.zip")


def test_operators_export_look_and_erase(everywhere: Everywhere, tmp_path: Path) -> None:
    him, path = everywhere.fill(), tmp_path / "his.zip"
    why = ("--why", "he wrote to support")
    done = CliRunner().invoke(accounts, ["export", str(him.user_id), "--output", str(path), *why])
    assert (done.exit_code, path.exists()) == (0, True), done.output
    plan = CliRunner().invoke(accounts, ["erase", str(him.user_id), "--dry-run", "--json", *why])
    assert plan.exit_code == 0, plan.output
    assert "nothing was done" in plan.output
    assert "premium tax_transactions" in plan.output
    assert len(everywhere.holding(him)) > 30
    gone = CliRunner().invoke(accounts, ["erase", str(him.user_id), "--yes", *why])
    assert gone.exit_code == 0, gone.output
    assert set(everywhere.holding(him)) <= {"dynamodb audit", "redis 2 standing"}
    for wrong in ([], [str(him.user_id), "--from-receipts"]):
        assert CliRunner().invoke(accounts, ["erase", *wrong, *why]).exit_code == 2
    again = CliRunner().invoke(accounts, ["erase", "--from-receipts", "--yes", *why])
    assert again.exit_code == 0, again.output
