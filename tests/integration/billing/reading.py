"""Read rows of a test's database, past row-level security."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rows = Callable[[str], list[dict[str, Any]]]
