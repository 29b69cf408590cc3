"""Answer cases of `premium billing limit`."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction as Exact
from typing import Annotated, Any

from pydantic import Field

from premium.billing.cases.window import ALGORITHM, allowed
from premium.cases import Case, Fraction, Kind, Whole


class Arrivals(Case):
    """A limit, and when requests arrived."""

    limit: Annotated[Whole, Field(ge=0)]
    window_s: Annotated[Fraction, Field(gt=0)]
    arrivals_ms: list[Whole]
    """Unix milliseconds, or those of any clock; in any order."""


def _answer(case: Arrivals) -> Mapping[str, Any]:
    found = allowed(case.arrivals_ms, case.limit, Exact(case.window_s) * 1000)
    return {
        "algorithm": ALGORITHM,
        "allowed": "".join("1" if passes else "0" for passes in found),
        "allowed_total": sum(found),
    }


KIND = Kind("limit", frozenset(), Arrivals, _answer)
