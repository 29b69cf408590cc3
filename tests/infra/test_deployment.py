"""A simulated first deployment: each stack finds, at its turn, everything that it asks for."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from tests.infra.conftest import NAMES
from tests.infra.deployment import earlier, order, unmet
from tests.infra.templates import Json, Stage

pytestmark = pytest.mark.infra
Spoil = Callable[[dict[str, Json], dict[str, Json]], None]


@pytest.mark.parametrize("name", NAMES)
def test_each_stack_finds_what_it_asks_for(stages: dict[str, Stage], name: str) -> None:
    stage = _named(stages[name])
    assert unmet(stage) == []


def test_new_code_comes_after_the_schema_that_it_reads(stage: Stage) -> None:
    names = order(stage)
    for name in (each for each in names if each in {"api", "workers"} or each.startswith("service-")):
        assert "migrations" in earlier(stage, name), name


def _without_an_export(stacks: dict[str, Json], _: dict[str, Json]) -> None:
    stacks["security"]["Outputs"].clear()


def _in_another_order(_: dict[str, Json], artifacts: dict[str, Json]) -> None:
    artifacts["workers"]["dependencies"] = []


def _without_a_field(stacks: dict[str, Json], _: dict[str, Json]) -> None:
    for body in stacks["security"]["Resources"].values():
        if body["Type"] == "AWS::SecretsManager::Secret":
            body["Properties"].pop("GenerateSecretString", None)


def _elsewhere(_: dict[str, Json], artifacts: dict[str, Json]) -> None:
    artifacts["data"]["environment"] = "aws://unknown-account/eu-west-1"


def _asking_a_person(stacks: dict[str, Json], _: dict[str, Json]) -> None:
    stacks["data"].setdefault("Parameters", {})["Password"] = {"Type": "String"}


def _under_no_condition(stacks: dict[str, Json], _: dict[str, Json]) -> None:
    next(iter(stacks["network"]["Resources"].values()))["Condition"] = "Never"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_without_an_export, "nobody exports"),
        (_in_another_order, "need not be there yet"),
        (_without_a_field, "has no field"),
        (_elsewhere, "is not in this stack's region"),
        (_asking_a_person, "is asked of a person"),
        (_under_no_condition, "no condition Never"),
    ],
)
def test_what_would_stop_a_deployment_is_named(prod: Stage, spoil: Spoil, sentence: str) -> None:
    stacks, artifacts = copy.deepcopy(prod.stacks), copy.deepcopy(prod.artifacts())
    spoil(stacks, artifacts)
    spoilt = Stage(prod.name, prod.folder)
    spoilt.__dict__["stacks"] = stacks
    spoilt.artifacts = lambda: artifacts  # type: ignore[method-assign]  # the manifest as it would be
    assert any(sentence in problem for problem in unmet(spoilt)), unmet(spoilt)


def _named(stage: Stage) -> Stage:
    """`borrowing` is prod with other values: its stacks bear prod's name."""
    return Stage("prod", stage.folder) if stage.name == "borrowing" else stage
