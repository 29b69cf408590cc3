"""Loads the fixtures, one plugin a resource; each starts what it stands for only when a test asks for it."""

from __future__ import annotations

import pytest

pytest_plugins = (
    "tests.fixtures.run",
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.redis_server",
    "tests.fixtures.evm",
    "tests.fixtures.aws",
    "tests.fixtures.stack",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Under xdist (`--dist loadgroup`) a file stays in one process, and all that needs the deployed stage in one."""
    for item in items:
        deployed = "stack" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("stage" if deployed else str(item.path)))
