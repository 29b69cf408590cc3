"""Where a local stage stands: ports, folders, the user's own neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.errors import LocalError
from local.neighbours import Neighbours
from local.places import ROOT, Places

pytestmark = pytest.mark.unit


def test_defaults_are_those_of_the_architecture_document(tmp_path: Path) -> None:
    assert Places.from_environment({}).state == ROOT / ".local"
    places = Places.from_environment({"PREMIUM_STATE_DIR": str(tmp_path)})
    assert dict(places.ports) == {
        "aws": 4566,
        "postgres": 55432,
        "redis": 56379,
        "evm": 58545,
        "inbox": 58645,
        "console": 58745,
    }
    assert not places.external


def test_two_stages_stand_side_by_side(tmp_path: Path) -> None:
    places = Places.from_environment({"PREMIUM_STATE_DIR": str(tmp_path), "PREMIUM_AWS_PORT": "5000"})
    assert (places.state, places.ports["aws"]) == (tmp_path, 5000)


def test_a_stage_keeps_its_ports_until_others_are_named(tmp_path: Path) -> None:
    state = {"PREMIUM_STATE_DIR": str(tmp_path / "state")}
    Places.from_environment(state | {"PREMIUM_AWS_PORT": "5000"}).keep()
    assert Places.from_environment(state).ports["aws"] == 5000
    assert Places.from_environment(state | {"PREMIUM_AWS_PORT": "5001"}).ports["aws"] == 5001
    (tmp_path / "state" / "ports.json").write_text("{")
    assert Places.from_environment(state).ports["aws"] == 4566


def test_two_processes_on_one_port_are_named(tmp_path: Path) -> None:
    state = {"PREMIUM_STATE_DIR": str(tmp_path)}
    with pytest.raises(LocalError, match="PREMIUM_POSTGRES_PORT and PREMIUM_EVM_PORT are both 55432"):
        Places.from_environment(state | {"PREMIUM_EVM_PORT": "55432"})
    with pytest.raises(LocalError, match="PREMIUM_INBOX_PORT are both"):
        Places.from_environment(state | {"PREMIUM_EVM_PORT": "5000", "PREMIUM_AWS_PORT": "5100"})


@pytest.mark.parametrize("port", ["80", "70000", "http", "-1", "²"])
def test_a_wrong_port_is_named(port: str) -> None:
    with pytest.raises(LocalError, match="PREMIUM_EVM_PORT"):
        Places.from_environment({"PREMIUM_EVM_PORT": port})


def test_the_databases_go_together() -> None:
    with pytest.raises(LocalError, match="DATABASE_URL and TIMESERIES_URL go together"):
        Places.from_environment({"DATABASE_URL": "postgresql://x@y/z"})


def test_what_the_user_runs_is_never_ours_to_stop(tmp_path: Path) -> None:
    given = {
        "PREMIUM_STATE_DIR": str(tmp_path),
        "AWS_ENDPOINT_URL": "http://localhost:9999",
        "DATABASE_URL": "postgresql://a:b@db/premium",
        "TIMESERIES_URL": "postgresql://a:b@db/timeseries",
        "REDIS_URL": "redis://cache:6379",
    }
    neighbours = Neighbours.at(Places.from_environment(given))
    assert [service.name for service in neighbours.own] == ["evm", "inbox", "console"]
    assert neighbours.postgres.url("premium", "premium_app").startswith("postgresql://premium_app:")
    assert neighbours.postgres.url("premium", "premium_app").endswith("@db/premium")
