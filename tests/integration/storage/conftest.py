"""A copy of the time-series database for tests that move its clock, and the stores of this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from premium.storage.postgres import Database
from tests.fixtures.databases import UrlOf
from tests.fixtures.postgres import Databases


@pytest.fixture
def app(postgres: Databases) -> Iterator[Database]:
    """The premium database by the application's role, one connection at most."""
    database = Database(lambda: postgres.url("premium", "premium_app"), max_size=1)
    yield database
    database.close()


@pytest.fixture(scope="module")
def timeseries_url(copy_of: Callable[[str], UrlOf]) -> UrlOf:
    return copy_of("timeseries")
