"""A database that only the test migrates."""

from __future__ import annotations

import pytest

from local.postgres import OWNER
from tests.fixtures.databases import UrlOf


@pytest.fixture
def owner_url(empty_database: UrlOf) -> str:
    return empty_database(OWNER)
