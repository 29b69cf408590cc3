"""Export and erase a user of 100,000 rows, on the real stores. Target: each under 60 s.

Run: python -m benchmarks.access.erasure
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

import psycopg

from benchmarks.access.stage import stage
from local.postgres import SUPERUSER, Postgres
from premium.privacy.service import Exports, erase_now

ROWS = 100_000
_FILL = """
    INSERT INTO tax_transactions (user_id, source_key, timestamp, type, asset, amount, price, fee)
    SELECT %s, 'bench:' || n, now() - make_interval(mins => n), 'buy', 'ETH', 1.5, 1800.25, 0.1
    FROM generate_series(1, %s) AS n
"""


def filled(postgres: Postgres) -> UUID:
    user = uuid4()
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute("INSERT INTO premium_users (id, external_id) VALUES (%s, %s)", (user, str(user)))
        connection.execute(_FILL, (user, ROWS))
    return user


def timed(what: str, run: Callable[[], Any]) -> None:
    started = time.monotonic()
    run()
    print(f"{what} of {ROWS:,} rows: {time.monotonic() - started:.1f} s (target < 60)")


def main() -> None:
    with ExitStack() as stack:
        platform, postgres = stage(stack)
        user, path = filled(postgres), Path(stack.enter_context(TemporaryDirectory())) / "export.zip"
        filled(postgres)  # another's rows stand beside
        timed("export", lambda: Exports.of(platform).write(user, path))
        with zipfile.ZipFile(path) as archive:
            print(f"  {path.stat().st_size / 1e6:.1f} MB of ZIP, {len(archive.namelist())} files")
        timed("erasure", lambda: erase_now(platform, user, by="operator"))


if __name__ == "__main__":
    main()
