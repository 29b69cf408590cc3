"""What a session costs on the real stores.

Its check at the door, a refresh, and how soon its end is known.

Targets: the door with session check under 5 ms (p95), a refresh under 10 ms, an end known in under 1 s.
Run: python -m benchmarks.access.logins
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import uuid4

import psycopg

from benchmarks.access.stage import stage
from local.postgres import SUPERUSER
from premium.accounts.model import Attempt
from premium.accounts.service import gatekeeper, sessions

TIMES = 500
PROCESSES = 10


def timed(what: str, target: str, run: Callable[[], object]) -> None:
    run()
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        run()
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    print(f"{what:34}{statistics.median(taken):11.2f}{taken[int(TIMES * 0.95)]:9.2f}  {target}")


def main() -> None:
    with ExitStack() as stack:
        platform, postgres = stage(stack)
        user = uuid4()
        with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
            values = (user, f"own_{user.hex}")
            connection.execute(
                "INSERT INTO premium_users (id, external_id, tier) VALUES (%s, %s, 'enterprise')", values
            )
        own = sessions(platform)
        made = own.open(user, amr=("wallet",), ip="203.0.113.7", user_agent="bench")
        doors = [gatekeeper(platform) for _ in range(PROCESSES)]
        attempt = Attempt(
            authorization=f"Bearer {made.access_token}", api_key=None, address="203.0.113.7", source="203.0.113.7",
            route="GET /v1/users/profile",
        )  # fmt: skip
        token = [made.refresh_token]

        def refresh() -> None:
            token[0] = own.refresh(token[0]).refresh_token

        print(f"{'':34}{'median ms':>11}{'p95 ms':>9}")
        timed("the door, with session check", "target p95 < 5", lambda: doors[0].rule(attempt))
        timed("a refresh", "target < 10", refresh)
        before = {door.rule(attempt).verdict for door in doors}
        started = time.perf_counter()
        own.revoke(user, made.session_id)
        after = {door.rule(attempt).verdict for door in doors}
        known = (time.perf_counter() - started) * 1000
        print(f"a session's end, known at {PROCESSES} doors: {known:.1f} ms (target < 1,000)")
        if (before, after) != ({"allow"}, {"unauthenticated"}):
            raise SystemExit(f"the doors said {before}, then {after}")


if __name__ == "__main__":
    main()
