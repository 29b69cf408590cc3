"""The SQL of a run's plan, in the premium database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from premium.chains.model import Searched
from premium.portfolio.run_model import Asked, Chunk, Planned, Run

Wallets = dict[UUID, list[tuple[str, list[str]]]]
"""By user: addresses, and the chains on which each is asked."""


def due(connection: Connection[DictRow], moment: datetime, active: Sequence[str], asleep_since: datetime) -> Wallets:
    """Return the wallets of a run, each with the chains it is asked on."""
    found: Wallets = {}
    values = {"moment": moment, "active": list(active), "asleep": asleep_since}
    for row in connection.execute(_DUE, values):
        found.setdefault(row["user_id"], []).append((row["address"], row["chains"]))
    return found


def fill(connection: Connection[DictRow], run: Run, blocks: Sequence[Planned]) -> None:
    """Write a run's chunks."""
    rows: list[tuple[Any, ...]] = [(run.id, "value", 0, "", None, None, 0)]
    rows += [(run.id, "match", 0, name, None, None, 0) for name in sorted({c for block in blocks for c in block.reads})]
    for number, block in enumerate(blocks):
        rows.append((run.id, "write", number, "", block.first, block.last, block.users))
        rows += [(run.id, "read", number, name, block.first, to, n) for name, (n, to) in block.reads.items()]
    with connection.cursor() as cursor:
        cursor.executemany(_ADD_CHUNK, rows)
    users = sum(block.users for block in blocks)
    connection.execute("UPDATE portfolio_runs SET status = 'running', users = %s WHERE id = %s", (users, run.id))


def wanted(connection: Connection[DictRow], values: Mapping[str, Any]) -> Asked:
    """Return what a read asks of each wallet.

    Its tokens, and how far its logs were searched for any user.
    """
    found = Asked()
    for row in connection.execute(_ASKED, values):
        address, low, high = row["address"], row["low"], row["high"]
        tokens = frozenset(token.lower() for token in (*row["tokens"], *row["held"]))
        found.wallets[address] = found.wallets.get(address, frozenset()) | tokens
        known = found.searched.setdefault(address, None)
        if low is not None and (known is None or known.high - known.low < high - low):
            found.searched[address] = Searched(
                low=low, high=high, tokens=frozenset(row["tokens"]), nfts=frozenset(row["nfts"]),
                collectibles=frozenset(row["collectibles"]), moved=row["moved"], is_matched=row["is_matched"],
            )  # fmt: skip
        if row["is_due"]:
            found.positions.add(address)
    return found


def users_apart(connection: Connection[DictRow], moment: datetime) -> list[UUID]:
    """Return the users of whom a wallet is not of an EVM chain."""
    return [row["user_id"] for row in connection.execute(_APART, (moment,)).fetchall()]


def users_of(connection: Connection[DictRow], chunk: Chunk, moment: datetime) -> list[UUID]:
    """Return the users of a block who watched a wallet when the run began."""
    values = (chunk.first_user, chunk.last_user, moment)
    return [row["user_id"] for row in connection.execute(_USERS, values).fetchall()]


_APART = """
    SELECT DISTINCT user_id FROM portfolio_wallets WHERE kind <> 'evm' AND created_at <= %s ORDER BY 1
"""
_USERS = """
    SELECT user_id FROM portfolio_wallets WHERE user_id BETWEEN %s AND %s AND created_at <= %s
    GROUP BY 1 HAVING bool_and(kind = 'evm') ORDER BY 1
"""
_DUE = """
    SELECT w.user_id, w.address, ARRAY(
        SELECT c FROM unnest(%(active)s::text[]) AS c
        WHERE (w.chains = '{}' OR c = ANY (w.chains)) AND NOT EXISTS (
            SELECT FROM portfolio_searches s WHERE s.wallet_id = w.id AND s.chain = c AND s.unused
                AND s.looked_at > %(asleep)s)
    ) AS chains
    FROM portfolio_wallets w
    WHERE w.created_at <= %(moment)s
        AND NOT EXISTS (SELECT FROM portfolio_wallets o WHERE o.user_id = w.user_id AND o.kind <> 'evm')
    ORDER BY w.user_id, w.address
"""
_ADD_CHUNK = """
    INSERT INTO portfolio_run_chunks (run_id, kind, block, chain, first_user, last_user, cells)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_ASKED = """
    SELECT w.address, s.low, CASE WHEN s.high >= m.low THEN greatest(s.high, m.high) ELSE s.high END AS high,
        coalesce(s.tokens, '{}') AS tokens, coalesce(s.nfts, '{}') AS nfts,
        coalesce(s.collectibles, '{}') AS collectibles, coalesce(s.moved_block, -1) AS moved,
        coalesce(s.high >= m.low, false) AS is_matched,
        -- Positions are looked for where there are some, where a log named the wallet since, where nothing would tell,
        -- and once a day: another may open one for it, in a protocol that gives no token.
        NOT coalesce(s.high >= m.low AND s.positions_block >= s.moved_block AND s.positions_block >= 0, false)
            OR abs(hashtext(w.address)::bigint) %% 24 = %(hour)s
            OR EXISTS (SELECT FROM portfolio_positions p
                WHERE p.user_id = w.user_id AND p.wallet = w.address AND p.chain = %(chain)s) AS is_due,
        ARRAY(
            SELECT split_part(a.asset, ':', 2) FROM portfolio_assets a
            WHERE a.user_id = w.user_id AND a.chain = %(chain)s AND a.category <> 'native'
        ) AS held
    FROM portfolio_wallets w LEFT JOIN portfolio_searches s ON s.wallet_id = w.id AND s.chain = %(chain)s
        LEFT JOIN portfolio_matches m ON m.chain = %(chain)s
    WHERE w.kind = 'evm' AND w.user_id BETWEEN %(first)s AND %(last)s AND w.created_at <= %(moment)s
        AND (w.chains = '{}' OR %(chain)s = ANY (w.chains))
        AND NOT (coalesce(s.unused, false) AND s.looked_at > %(asleep)s)
    ORDER BY w.address, w.user_id
"""
