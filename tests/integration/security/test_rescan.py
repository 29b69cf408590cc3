"""What is kept of a contract is explored anew where a user or an operator asks for it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from handlers.security import handler
from local.evm import Evm
from premium.bootstrap import Platform
from premium.chains.addresses import checksum
from premium.cli.security import security
from premium.security.onchain import current
from premium.security.store.scores import ScoreStore
from premium.security.work.scans import scan_contract
from premium.security.work.scores import score
from tests.factories.contracts import Compiled
from tests.factories.contracts.deployment import deploy
from tests.factories.http import ask, verdict

pytestmark = pytest.mark.integration


def test_what_is_kept_is_explored_anew_where_that_is_asked(
    platform: Platform, user: UUID, evm: Evm, built: dict[str, Compiled], monkeypatch: pytest.MonkeyPatch
) -> None:
    explored: list[str] = []
    token = checksum(deploy(evm, built["OwnerMint"].creation))
    scan = current.scan

    def counted(target: str, *rest: Any, **more: Any) -> Any:
        explored.append(target)
        return scan(target, *rest, **more)

    monkeypatch.setattr(current, "scan", counted)
    for anew, count in ((False, 1), (False, 1), (True, 2), (False, 2)):
        body = {"chain": "local", "address": token, "anew": anew}
        job = ask(handler, "POST", "/v1/security/scan/contract", by=verdict(user, tier="pro"), body=body).data
        scan_contract(job["id"])
        assert len(explored) == count
    with platform.worker_database.transaction() as connection:
        connection.execute("UPDATE risk_scores SET engine_version = '0'")
    done = CliRunner().invoke(security, ["rescan", token.lower(), "--chain", "local"])
    assert done.exit_code == 0, done.output
    score(done.output.split()[-1])
    assert len(explored) == 3
    kept = ScoreStore(platform.worker_database)
    assert kept.outdated(10) == []
    with platform.worker_database.transaction() as connection:
        connection.execute("UPDATE risk_scores SET engine_version = '0'")
    assert kept.outdated(10) == [("local", token)]
    assert token in CliRunner().invoke(security, ["rescan", "--outdated"]).output
    for wrong in ([token], ["--chain", "local"], [token, "--chain", "local", "--outdated"]):
        assert CliRunner().invoke(security, ["rescan", *wrong]).exit_code == 2
    refused = CliRunner().invoke(security, ["rescan", "0x12", "--chain", "local"])
    assert refused.exit_code != 0
