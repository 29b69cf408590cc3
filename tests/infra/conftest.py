"""`stages`: every template of every stage, synthesized once for each content of the tree by a process of its own."""

from __future__ import annotations

import pytest

from tests.infra.kept import made_by
from tests.infra.templates import Stage

NAMES = ("dev", "staging", "prod", "borrowing", "local")
ON_AWS = ("dev", "staging", "prod")
GROWN = tuple(f"grown-{name}" for name in ON_AWS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of them waits for all the templates: half a minute on quiet cores, minutes on busy ones."""
    for item in items:
        if {"stages", "grown_stages"} & set(getattr(item, "fixturenames", ())) and item.get_closest_marker(
            "timeout"
        ) is None:
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def stages() -> dict[str, Stage]:
    return _synthesized("stages", NAMES)


@pytest.fixture(scope="session")
def grown_stages() -> dict[str, Stage]:
    """The stages of AWS with a dozen services more."""
    return _synthesized("grown", GROWN)


def _synthesized(kind: str, names: tuple[str, ...]) -> dict[str, Stage]:
    folder = made_by("tests.infra.synthesize", kind, *names)
    return {name: Stage(name, folder / name) for name in names}


@pytest.fixture(params=ON_AWS)
def stage(request: pytest.FixtureRequest, stages: dict[str, Stage]) -> Stage:
    """Each stage that AWS holds, one after the other."""
    return stages[request.param]


@pytest.fixture
def prod(stages: dict[str, Stage]) -> Stage:
    return stages["prod"]
