"""Store the transactions and the blocks that were read of a wallet."""

from __future__ import annotations

from uuid import UUID

from premium.storage.postgres import Database
from premium.tax.model import BlockRange, NewTransactions
from premium.tax.store.transactions import PATIENT_MS, Point, insert


class WalletStore:
    """The table `tax_wallet_reads`, one range of blocks for each wallet and chain."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def blocks_read(self, user_id: UUID, address: str, chain: str) -> BlockRange | None:
        """Return the blocks that have been read, or None before the first reading."""
        with self._database.as_user(user_id) as connection:
            row = connection.execute(_BLOCKS_READ, (user_id, chain, address)).fetchone()
        return None if row is None else BlockRange(row["first_block"], row["next_block"])

    def add(
        self, user_id: UUID, address: str, chain: str, new: NewTransactions, *, blocks: BlockRange, point: Point
    ) -> None:
        """Store the transactions of some blocks and note the blocks, in one commit."""
        with self._database.as_user(user_id, statement_timeout_ms=PATIENT_MS) as connection:
            insert(connection, user_id, new)
            point("first_write")
            if blocks.next > blocks.first:
                values = {"user": user_id, "chain": chain, "address": address, **blocks._asdict()}
                connection.execute(_NOTE, values)
            point("before_commit")


_BLOCKS_READ = """
    SELECT first_block, next_block FROM tax_wallet_reads WHERE user_id = %s AND chain = %s AND address = %s
"""
# A range joins what was read before where they touch, else it takes its place.
_NOTE = """
    INSERT INTO tax_wallet_reads AS known (user_id, chain, address, first_block, next_block)
    VALUES (%(user)s, %(chain)s, %(address)s, %(first)s, %(next)s)
    ON CONFLICT (user_id, chain, address) DO UPDATE SET
        first_block = CASE WHEN %(first)s <= known.next_block AND %(next)s >= known.first_block
                           THEN least(known.first_block, %(first)s) ELSE %(first)s END,
        next_block = CASE WHEN %(first)s <= known.next_block AND %(next)s >= known.first_block
                          THEN greatest(known.next_block, %(next)s) ELSE %(next)s END,
        updated_at = now()
"""
