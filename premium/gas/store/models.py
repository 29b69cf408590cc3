"""The SQL of trained models: which versions there are, and which serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from premium.storage.postgres import Database

_KEPT = timedelta(days=30)
"""As long as its object lives."""
_ROW = "chain, horizon, version, trained_at, metrics, object_key, sha256, status, changed_at"


class StoredModel(NamedTuple):
    """A version of a chain's horizon."""

    chain: str
    horizon: str
    version: str
    trained_at: datetime
    metrics: Mapping[str, Any]
    object_key: str
    sha256: str
    status: str
    """candidate, serving, retired."""
    changed_at: datetime


class ModelStore:
    """Trained models; the worker's role alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, models: Sequence[StoredModel]) -> None:
        """Write the versions of a training.

        One that serves takes the place of the one that did. Where none serves, whoever did is retired: newer days
        spoke against its kind.
        """
        with self._database.transaction() as connection:
            for each in models:
                connection.execute(
                    """UPDATE gas_models SET status = 'retired', changed_at = %s
                       WHERE chain = %s AND horizon = %s AND status = 'serving' AND version <> %s
                             AND trained_at <= %s""",
                    (each.changed_at, each.chain, each.horizon, each.version, each.trained_at),
                )
                connection.execute(
                    f"""INSERT INTO gas_models ({_ROW}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
                        ON CONFLICT DO NOTHING""",  # noqa: S608 - columns of this module
                    (*each[:4], Jsonb(each.metrics), *each[5:]),
                )
                connection.execute("DELETE FROM gas_models WHERE trained_at < %s", (each.trained_at - _KEPT,))

    def all(self, chain: str | None = None) -> list[StoredModel]:
        """Return the versions, the newest of each chain and horizon first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"""SELECT {_ROW} FROM gas_models WHERE %s::text IS NULL OR chain = %s
                    ORDER BY chain, horizon, trained_at DESC, version""",  # noqa: S608 - as above
                (chain, chain),
            ).fetchall()
        return [StoredModel(*(row[name] for name in StoredModel._fields)) for row in rows]

    def change(self, chain: str, horizon: str, version: str, status: str, now: datetime) -> bool:
        """Let a version serve or retire; tell whether there is one.

        The one that served before retires.
        """
        with self._database.transaction() as connection:
            if status == "serving":
                connection.execute(
                    """UPDATE gas_models SET status = 'retired', changed_at = %s
                       WHERE chain = %s AND horizon = %s AND status = 'serving' AND version <> %s""",
                    (now, chain, horizon, version),
                )
            done = connection.execute(
                """UPDATE gas_models SET status = %s, changed_at = %s
                   WHERE chain = %s AND horizon = %s AND version = %s""",
                (status, now, chain, horizon, version),
            )
        return done.rowcount > 0
