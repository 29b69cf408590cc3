"""Loads the fixtures, one plugin a resource; each starts what it stands for only when a test asks for it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

# Where an image forbids bytecode, this process and all that it starts would compile the same modules each time: 60 s of
# CPU to collect the tests alone.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = (
    "tests.fixtures.run",
    "tests.fixtures.postgres",
    "tests.fixtures.databases",
    "tests.fixtures.redis_server",
    "tests.fixtures.evm",
    "tests.fixtures.lying_node",
    "tests.fixtures.aws",
    "tests.fixtures.platform",
    "tests.fixtures.stack",
    "tests.fixtures.house",
    "tests.fixtures.browser",
)
collect_ignore = ["examples"]  # run where they are laid into a copy of the tree: tests/fixtures/house.py

TOGETHER = ("tests/e2e/", "tests/infra/", "tests/integration/security/")
"""Folders whose files share what takes long to make: the deployed stage, templates, compiled contracts."""
APART = "tests/infra/test_example_service.py"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """A file stays in one process, and so do the folders of `TOGETHER`, which begin: nothing waits for them at the end.

    Groups by mark (`--dist loadgroup`) are silently ignored under pytest 9.2 with xdist 3.8.
    """
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where xdist is in use

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not annotated for subclasses
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file == APART else next((one for one in TOGETHER if file.startswith(one)), file)

    config.option.loadscopereorder = False  # by default the scopes of few tests, which are the long ones, come last
    return ByFile(config, log)
