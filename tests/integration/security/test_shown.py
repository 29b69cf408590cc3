"""The show of security in one process: real stores, a real node with the market, handlers and jobs called directly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from handlers.notifications import handler as notices
from handlers.security import handler as security
from local.evm import Evm
from local.journey.walk import Walk
from local.market import Market, build
from local.show.security import Shower
from local.show.security_asks import claims, messages, transactions
from local.show.security_chain import Ground
from premium.bootstrap import Platform
from premium.security.work.approvals import approvals
from premium.security.work.scans import scan_contract, scan_source
from tests.factories.http import ask, verdict
from tests.integration.security.test_checks import resident

__all__ = ["resident"]
pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]
JOBS = {
    "security.scan_contract": scan_contract, "security.scan_source": scan_source, "security.approvals": approvals,
}  # fmt: skip


@pytest.fixture
def market(evm: Evm) -> Market:
    return build(evm.url)


@pytest.fixture
def variables(variables: dict[str, str], evm: Evm, market: Market, tmp_path: Path) -> dict[str, str]:
    chains = tmp_path / "market.json"
    chains.write_text(json.dumps(market.chains_file(evm.url)))
    return variables | {"CHAINS_FILE": str(chains)}


class Here:
    """The API and its workers in this process."""

    def __init__(self, user: UUID) -> None:
        self._by = verdict(user, tier="pro")

    def get(self, path: str) -> Any:
        where, _, query = path.partition("?")
        handler = notices if where == "/v1/notices" else security
        return self._data(ask(handler, "GET", where, by=self._by, query=dict(parse_qsl(query))))

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._data(ask(security, "POST", path, by=self._by, body=body))

    def wait_for(self, job: Mapping[str, Any]) -> Any:
        JOBS[job["kind"]](job["id"])
        return job

    def _data(self, answer: Any) -> Any:
        assert answer.status < 400, answer.text
        return answer.data


class Jobs:
    """A walk whose jobs are done at once."""

    def __init__(self, api: Here, platform: Platform) -> None:
        self.api, self._platform = api, platform

    def job(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        started = self.api.wait_for(self.api.post(path, body))
        result = self._platform.jobs.store.get(UUID(started["id"])).result
        assert result is not None
        return {"result": {"scanId": result["scan_id"]}}


@pytest.mark.usefixtures("resident")
def test_each_sentence_is_said(
    platform: Platform, user: UUID, evm: Evm, market: Market, capsys: pytest.CaptureFixture[str]
) -> None:
    ground = Ground.new(evm, market)
    walk = cast("Walk", Jobs(Here(user), platform))
    shower = Shower(walk, ground, platform)
    for name, (path, body, wanted) in (transactions(ground) | messages(ground) | claims(ground)).items():
        shower.asked(name, path, body, wanted)
    shower.trap()
    shower.vyper()
    shower.label()
    proxy, admin = shower.stablecoin()
    shower.dispute(proxy)
    shower.approvals()
    shower.upgraded(proxy, admin)
    shown = capsys.readouterr().out
    for sentence in (
        "An allowance without a bound",
        "Holders cannot sell",
        "Anyone can become the owner",
        "other code",
    ):
        assert sentence in shown, shown
