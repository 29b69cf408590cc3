"""A fleet that knows the synthetic kinds beside the declared ones, run as a module.

A fleet runs nothing that no service declares, so what tests declare is added in its own process, before it starts.
"""

from __future__ import annotations

from premium.jobs import kinds
from tests.integration.workers.synthetic import MAIN_KINDS

_real = kinds.declared()
setattr(kinds, "declared", lambda: {**_real, **MAIN_KINDS})  # noqa: B010 - mypy refuses a function's replacement

from workers.fleet import main  # noqa: E402 - what it imports reads the line above

if __name__ == "__main__":
    main()
