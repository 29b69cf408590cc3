"""Times in requests: as RFC 3339 writes them, in UTC, and never so far away that reckoning fails."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from handlers.runtime import Moment

pytestmark = pytest.mark.unit
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize("text", ["2026-01-02T03:04:05+02:00", "2026-01-02t01:04:05z", "2026-01-02 01:04:05.000Z"])
def test_it_is_in_utc(text: str) -> None:
    read = MOMENT.validate_python(text)
    assert (read, read.tzinfo) == (datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "given",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:00",
        "2026-01-01T00:00:00",
        "2026-01-01",
        "99999999999",
        1e30,
        1_700_000_000,
        "",
        "2026-13-01T00:00:00Z",
    ],
)
def test_what_is_no_moment_or_out_of_reach_is_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(given)
