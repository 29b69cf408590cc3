"""Loads the fixtures, one plugin a resource; each starts what it stands for only when a test asks for it."""

from __future__ import annotations

pytest_plugins = (
    "tests.fixtures.run",
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.redis_server",
    "tests.fixtures.evm",
    "tests.fixtures.aws",
)
