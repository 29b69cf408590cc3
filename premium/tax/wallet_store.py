"""The SQL of reading wallets: whose they are, and how far they have been read."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow


class Read(NamedTuple):
    """Blocks of a wallet that are read without a gap: from `first` on, `next` being the first that is not."""

    first: int
    next: int


def is_watched(connection: Connection[DictRow], user_id: UUID, address: str, chain: str) -> bool:
    """Whether the wallet is among the user's own, on this chain."""
    row = connection.execute(
        """SELECT 1 FROM portfolio_wallets
           WHERE user_id = %s AND address = %s AND (chains = '{}' OR %s = ANY (chains))""",
        (user_id, address, chain),
    ).fetchone()
    return row is not None


def read_so_far(connection: Connection[DictRow], user_id: UUID, address: str, chain: str) -> Read | None:
    row = connection.execute(
        """SELECT first_block, next_block FROM tax_wallet_reads
           WHERE user_id = %s AND chain = %s AND address = %s""",
        (user_id, chain, address),
    ).fetchone()
    return None if row is None else Read(row["first_block"], row["next_block"])


def has_read(connection: Connection[DictRow], user_id: UUID, address: str, chain: str, read: Read) -> None:
    """Note the range: it joins what was read where they touch, else it takes its place."""
    connection.execute(
        """INSERT INTO tax_wallet_reads AS known (user_id, chain, address, first_block, next_block)
           VALUES (%(user)s, %(chain)s, %(address)s, %(first)s, %(next)s)
           ON CONFLICT (user_id, chain, address) DO UPDATE SET
               first_block = CASE WHEN %(first)s <= known.next_block AND %(next)s >= known.first_block
                                  THEN least(known.first_block, %(first)s) ELSE %(first)s END,
               next_block = CASE WHEN %(first)s <= known.next_block AND %(next)s >= known.first_block
                                 THEN greatest(known.next_block, %(next)s) ELSE %(next)s END,
               updated_at = now()""",
        {"user": user_id, "chain": chain, "address": address, "first": read.first, "next": read.next},
    )


def rows_of_job(connection: Connection[DictRow], user_id: UUID, job_id: UUID) -> int:
    """Transactions that a job has added, over all of its attempts."""
    row = connection.execute(
        "SELECT count(*) AS rows FROM tax_transactions WHERE user_id = %s AND job_id = %s", (user_id, job_id)
    ).fetchone()
    return int(row["rows"]) if row else 0
