"""The SQL of runs over all portfolios, in the premium database; the worker role's alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow, class_row
from psycopg.types.json import Jsonb

from premium.errors import NotFound
from premium.portfolio.run_model import (
    ATTEMPTS,
    LEASE,
    READ_WITHIN,
    WRITE_WITHIN,
    Asked,
    Chunk,
    Planned,
    Run,
    quote_of,
    quote_told,
)
from premium.portfolio.store.run_plans import Wallets, due, fill, users_apart, users_of, wanted
from premium.prices.model import Quote
from premium.storage.postgres import Database


class RunStore:
    """Runs, their chunks and their quotes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self, moment: datetime, now: datetime, plan: Callable[[Wallets], Sequence[Planned]], active: Sequence[str],
        *, asleep_since: datetime, before_commit: Callable[[], None] = lambda: None,
    ) -> Run:  # fmt: skip
        """Return the run of a moment, planned.

        Whoever comes second finds it; a plan is there whole or not at all. Runs of earlier moments that have not ended
        are late.
        """
        with self._database.transaction(statement_timeout_ms=60_000) as connection:
            connection.execute(_BEGIN, (moment, now, now + READ_WITHIN, now + WRITE_WITHIN))
            run = _run(connection, "moment = %s FOR UPDATE", moment)
            if run.status == "planning":
                blocks = plan(due(connection, moment, active, asleep_since))
                fill(connection, run, blocks)
                before_commit()
            connection.execute(_END_EARLIER, (now, moment))
            return _run(connection, "moment = %s", moment)

    def get(self, run_id: UUID) -> Run:
        """Return a run; NotFound for one that is not there."""
        with self._database.transaction() as connection:
            return _run(connection, "id = %s", run_id)

    def newest(self, limit: int) -> list[Run]:
        """Return the newest runs, the newest first."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Run)) as rows:
            return rows.execute("SELECT * FROM portfolio_runs ORDER BY moment DESC LIMIT %s", (limit,)).fetchall()

    def overdue(self, now: datetime) -> list[Run]:
        """Return the runs that have not ended by their deadline."""
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Run)) as rows:
            return rows.execute(_OVERDUE, (now,)).fetchall()

    def users_apart(self, moment: datetime) -> list[UUID]:
        """Return the users who also watch wallets that are not of EVM chains."""
        with self._database.transaction() as connection:
            return users_apart(connection, moment)

    def claim(self, run: Run, now: datetime, most: int) -> list[Chunk]:
        """Take chunks that nobody works on, of the first open kind.

        A kind begins when the one before has ended: all is read, then valued, then written.
        """
        with self._database.transaction() as connection, connection.cursor(row_factory=class_row(Chunk)) as rows:
            connection.execute(_GIVE_UP, (run.id, now, ATTEMPTS))
            if now >= run.read_until:
                connection.execute(_TOO_LATE, (now, run.id))
            return rows.execute(_CLAIM, {"run": run.id, "now": now, "until": now + LEASE, "most": most}).fetchall()

    def end(
        self,
        chunk: Chunk,
        now: datetime,
        *,
        reason: str | None = None,
        parts: Mapping[int, bytes] = MappingProxyType({}),
        assets: Iterable[str] = (),
        measured: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a chunk that is still this worker's; return whether it was.

        `parts`: what a read found for each block.
        """
        values = {"id": chunk.id, "attempts": chunk.attempts, "now": now, "reason": reason and reason[:500],
                  "assets": sorted(assets), "measured": Jsonb(dict(measured or {}))}  # fmt: skip
        with self._database.transaction() as connection:
            ended = connection.execute(_END, values).rowcount == 1
            if ended and parts:
                with connection.cursor() as cursor:
                    rows = [(chunk.run_id, block, chunk.chain, data) for block, data in sorted(parts.items())]
                    cursor.executemany(_KEEP_PART, rows)
            if ended and chunk.kind == "write":
                connection.execute(_FORGET, (chunk.run_id, chunk.block))
            return ended

    def open(self, run_id: UUID) -> int:
        """Return how many chunks have not ended."""
        with self._database.transaction() as connection:
            row = connection.execute(_OPEN, (run_id,)).fetchone()
        return row["open"] if row else 0

    def failing(self, run_id: UUID, chain: str) -> str | None:
        """Return why a chain is not asked again in a run.

        It failed three times in a row, and read nothing since.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(_LAST_READ, (run_id, chain)).fetchall()
        reasons = [row["reason"] for row in rows]
        return reasons[0] if len(reasons) == 3 and all(reasons) else None

    def asked(self, chunk: Chunk, moment: datetime, asleep_since: datetime) -> Asked:
        """Return what a read asks on its chain.

        Of each wallet the tokens that it held or that logs ever named.
        """
        values = {"first": chunk.first_user, "last": chunk.last_user, "chain": chunk.chain, "moment": moment,
                  "asleep": asleep_since, "hour": moment.hour}  # fmt: skip
        with self._database.transaction(statement_timeout_ms=60_000) as connection:
            return wanted(connection, values)

    def wallets_of_blocks(self, chunk: Chunk, moment: datetime) -> dict[int, set[str]]:
        """Return by block the wallets of the users whom a read serves."""
        found: dict[int, set[str]] = {}
        values = {"run": chunk.run_id, "first": chunk.first_user, "last": chunk.last_user, "moment": moment}
        with self._database.transaction() as connection:
            for row in connection.execute(_OF_BLOCKS, values):
                found.setdefault(row["block"], set()).add(row["address"])
        return found

    def reads(self, chunk: Chunk) -> dict[str, tuple[bytes | None, str | None]]:
        """Return by chain what was read for a block, or why nothing."""
        values = {"run": chunk.run_id, "block": chunk.block, "first": chunk.first_user, "last": chunk.last_user}
        with self._database.transaction() as connection:
            rows = connection.execute(_READS, values).fetchall()
        return {row["chain"]: (None if row["result"] is None else bytes(row["result"]), row["reason"]) for row in rows}

    def assets(self, run_id: UUID) -> list[str]:
        """Return the assets of a run that have no quote yet."""
        with self._database.transaction() as connection:
            rows = connection.execute(_ASSETS, (run_id, run_id)).fetchall()
        return [row["asset"] for row in rows]

    def keep_quotes(self, run_id: UUID, quotes: Mapping[str, Quote]) -> None:
        """Keep quotes; the first of an asset stays."""
        rows = [(run_id, asset, Jsonb(quote_told(quote))) for asset, quote in sorted(quotes.items())]
        with self._database.transaction() as connection, connection.cursor() as cursor:
            cursor.executemany(_KEEP_QUOTE, rows)

    def quotes(self, run_id: UUID, assets: Iterable[str]) -> dict[str, Quote]:
        """Return the quotes that a run has of some assets."""
        with self._database.transaction() as connection:
            rows = connection.execute(_QUOTES, (run_id, list(assets))).fetchall()
        return {row["asset"]: quote_of(row["quote"]) for row in rows}

    def users(self, chunk: Chunk, moment: datetime) -> list[UUID]:
        """Return the users of a block who watched a wallet when the run began."""
        with self._database.transaction() as connection:
            return users_of(connection, chunk, moment)

    def finish(self, run: Run, status: str, report: Mapping[str, Any], now: datetime) -> bool:
        """End a run, once, and what it kept; return whether this call did."""
        with self._database.transaction() as connection:
            ended = connection.execute(_FINISH, (status, Jsonb(dict(report)), now, run.id)).rowcount == 1
            if ended:
                connection.execute("UPDATE portfolio_run_chunks SET assets = '{}' WHERE run_id = %s", (run.id,))
                connection.execute("DELETE FROM portfolio_run_parts WHERE run_id = %s", (run.id,))
                connection.execute("DELETE FROM portfolio_run_quotes WHERE run_id = %s", (run.id,))
            return ended

    def measured(self, run_id: UUID) -> list[DictRow]:
        """Return the chunks of a run with what they measured, without what they found."""
        with self._database.transaction() as connection:
            return connection.execute(_MEASURED, (run_id,)).fetchall()

    def retry(self, run_id: UUID, now: datetime) -> int:
        """Open the failed chunks of a run again, with new deadlines; return how many."""
        with self._database.transaction() as connection:
            _run(connection, "id = %s FOR UPDATE", run_id)
            opened = connection.execute(_RETRY, (run_id,)).rowcount
            if opened:
                values = (now + READ_WITHIN, now + WRITE_WITHIN, run_id)
                connection.execute(_REOPEN, values)
            return opened

    def clear(self, before: datetime) -> int:
        """Forget runs of long ago; return how many."""
        with self._database.transaction() as connection:
            return connection.execute("DELETE FROM portfolio_runs WHERE moment < %s", (before,)).rowcount


def _run(connection: Connection[DictRow], where: str, value: Any) -> Run:
    row = connection.execute(f"SELECT * FROM portfolio_runs WHERE {where}", (value,)).fetchone()  # noqa: S608 - our own
    if row is None:
        raise NotFound("there is no such run")
    return Run.model_validate(row)


_BEGIN = """
    INSERT INTO portfolio_runs (moment, started_at, read_until, write_until) VALUES (%s, %s, %s, %s)
    ON CONFLICT (moment) DO NOTHING
"""
_END_EARLIER = """
    UPDATE portfolio_runs SET write_until = least(write_until, %s)
    WHERE moment < %s AND status IN ('planning', 'running')
"""
_OVERDUE = "SELECT * FROM portfolio_runs WHERE status IN ('planning', 'running') AND write_until <= %s ORDER BY moment"
_GIVE_UP = """
    UPDATE portfolio_run_chunks SET status = 'failed', reason = 'no worker could end it', ended_at = claimed_until
    WHERE run_id = %s AND status = 'running' AND claimed_until < %s AND attempts >= %s
"""
_TOO_LATE = """
    UPDATE portfolio_run_chunks SET status = 'failed', reason = 'not read before the run''s deadline', ended_at = %s
    WHERE run_id = %s AND kind IN ('match', 'read', 'value') AND status = 'waiting'
"""
_CLAIM = """
    WITH next AS (
        SELECT kind FROM portfolio_run_chunks WHERE run_id = %(run)s AND status IN ('waiting', 'running')
        ORDER BY array_position('{match,read,value,write}'::text[], kind) LIMIT 1
    )
    UPDATE portfolio_run_chunks SET status = 'running', attempts = attempts + 1, claimed_until = %(until)s
    WHERE id IN (
        SELECT c.id FROM portfolio_run_chunks c
        WHERE c.run_id = %(run)s AND (c.status = 'waiting' OR (c.status = 'running' AND c.claimed_until < %(now)s))
            AND c.kind = (SELECT kind FROM next)
        ORDER BY c.block, c.chain LIMIT (SELECT CASE WHEN kind IN ('match', 'read') THEN %(most)s ELSE 1 END FROM next)
        FOR UPDATE SKIP LOCKED
    )
    RETURNING id, run_id, kind, block, chain, first_user, last_user, attempts
"""
_END = """
    UPDATE portfolio_run_chunks SET status = 'done', reason = %(reason)s, assets = %(assets)s,
        measured = %(measured)s, ended_at = %(now)s
    WHERE id = %(id)s AND status = 'running' AND attempts = %(attempts)s
"""
_FORGET = "DELETE FROM portfolio_run_parts WHERE run_id = %s AND block = %s"
_KEEP_PART = """
    INSERT INTO portfolio_run_parts (run_id, block, chain, result) VALUES (%s, %s, %s, %s)
    ON CONFLICT (run_id, block, chain) DO UPDATE SET result = excluded.result
"""
_OF_BLOCKS = """
    SELECT c.block, w.address FROM portfolio_run_chunks c
    JOIN portfolio_wallets w ON w.user_id BETWEEN c.first_user AND c.last_user AND w.created_at <= %(moment)s
    WHERE c.run_id = %(run)s AND c.kind = 'write' AND c.first_user >= %(first)s AND c.last_user <= %(last)s
"""
_OPEN = "SELECT count(*) AS open FROM portfolio_run_chunks WHERE run_id = %s AND status IN ('waiting', 'running')"
_LAST_READ = """
    SELECT reason FROM portfolio_run_chunks WHERE run_id = %s AND kind = 'read' AND chain = %s AND status = 'done'
    ORDER BY ended_at DESC LIMIT 3
"""
_READS = """
    SELECT c.chain, p.result, c.reason FROM portfolio_run_chunks c
    LEFT JOIN portfolio_run_parts p ON p.run_id = c.run_id AND p.chain = c.chain AND p.block = %(block)s
    WHERE c.run_id = %(run)s AND c.kind = 'read' AND c.first_user <= %(first)s AND c.last_user >= %(last)s
"""
_ASSETS = """
    SELECT DISTINCT a.asset FROM portfolio_run_chunks c CROSS JOIN LATERAL unnest(c.assets) AS a (asset)
    WHERE c.run_id = %s AND c.kind = 'read'
        AND NOT EXISTS (SELECT FROM portfolio_run_quotes q WHERE q.run_id = %s AND q.asset = a.asset)
    ORDER BY 1
"""
_KEEP_QUOTE = "INSERT INTO portfolio_run_quotes (run_id, asset, quote) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_QUOTES = "SELECT asset, quote FROM portfolio_run_quotes WHERE run_id = %s AND asset = ANY (%s)"
_FINISH = """
    UPDATE portfolio_runs SET status = %s, report = %s, ended_at = %s
    WHERE id = %s AND status IN ('planning', 'running')
"""
_MEASURED = """
    SELECT kind, block, chain, cells, status, attempts, reason, measured, created_at, ended_at
    FROM portfolio_run_chunks WHERE run_id = %s ORDER BY kind, block, chain
"""
_RETRY = """
    UPDATE portfolio_run_chunks SET status = 'waiting', attempts = 0, reason = NULL
    WHERE run_id = %s AND status <> 'done' AND NOT (status = 'running' AND claimed_until > now())
"""
_REOPEN = """
    UPDATE portfolio_runs SET status = 'running', read_until = %s, write_until = %s, ended_at = NULL, report = NULL
    WHERE id = %s
"""
