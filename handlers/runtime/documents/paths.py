"""Find the methods of every path of the platform.

The manifests alone tell them: no handler is imported.
"""

from __future__ import annotations

import re
from functools import cache

from premium.manifest import services


def methods_of(path: str) -> list[str]:
    """Return the methods under which some service answers this path."""
    return sorted({method for method, pattern in _patterns() if pattern.fullmatch(path)})


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    routes = (route for service in services() for route in service.routes)
    return tuple((method, _pattern(path)) for method, _, path in (route.partition(" ") for route in routes))


def _pattern(path: str) -> re.Pattern[str]:
    """Return a path's pattern: `/v1/notes/{id}` with any one segment for `{id}`."""
    parts = re.split(r"\{[^}]*\}", path)
    return re.compile("[^/]+".join(re.escape(part) for part in parts))
