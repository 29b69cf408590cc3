"""Brings one database up to date, takes it back, or says where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from migrations.backend import Backend
from migrations.errors import MigrationError
from migrations.files import Script, of_layout, scripts
from migrations.layout import Layout, detect, kept

Say = Callable[[str], None]


@dataclass(frozen=True)
class Status:
    """Ids of migrations by state, in order.

    `unknown` are applied, but by a newer release: this one has no file of them.
    """

    layout: Layout
    applied: Sequence[str]
    pending: Sequence[str]
    unknown: Sequence[str]
    layout_matters: bool

    @property
    def remark(self) -> str:
        return f"; {self.layout.reason}" if self.layout_matters else ""


@dataclass(frozen=True)
class Runner:
    """Bring one database up to date, or take migrations back.

    `name` is the database's folder and its name in messages; `say` gets each step as it happens.
    """

    name: str
    conninfo: str
    folder: Path
    say: Say

    def up(self) -> Sequence[str]:
        """Apply what is pending; the ids applied."""
        with self._locked() as backend:
            status, found = self._look(backend)
            for script in found:
                if script.id in status.pending:
                    with self._undone_on_error(script):
                        backend.apply_one(script.step())
                    self.say(f"{self.name}: applied {script.id}")
            self._close(status)
            return status.pending

    def down(self, steps: int) -> Sequence[str]:
        """Take back the last `steps` migrations, the newest first; the ids taken back."""
        with self._locked() as backend:
            status, found = self._look(backend)
            if status.unknown:
                raise MigrationError(f"{self.name} has {status.unknown[-1]}, whose way back only a newer release knows")
            by_id = {script.id: script for script in found}
            wanted = list(reversed(status.applied))[:steps]
            for script in map(by_id.__getitem__, wanted):
                with self._undone_on_error(script):
                    backend.rollback_one(script.step())
                self.say(f"{self.name}: took back {script.id}")
            return wanted

    def status(self) -> Status:
        """Changes nothing and waits for nobody."""
        with self._connected() as backend:
            return self._look(backend)[0]

    def _look(self, backend: Backend) -> tuple[Status, list[Script]]:
        applied = backend.applied()
        everything = scripts(self.folder)
        layout_matters = any(script.layout for script in everything)
        before = next((layout for _, layout in applied.values() if layout), None)
        server = detect(backend.connection, undecided=layout_matters and before is None)
        layout = kept(before, server) if before else server
        found = of_layout(everything, layout.name)
        known = [script for script in found if script.id in applied]
        for script in known:
            self._refuse_edited(script, applied[script.id][0])
        status = Status(
            layout=layout,
            applied=list(applied),
            pending=[script.id for script in found if script.id not in applied],
            unknown=sorted(set(applied) - {script.id for script in found}),
            layout_matters=layout_matters,
        )
        self._refuse_late(status)
        return status, found

    def _refuse_edited(self, script: Script, checksum: str) -> None:
        if script.checksum != checksum:
            raise MigrationError(
                f"{self.name}: {script.path.name} was edited after it was applied; restore it and write a new migration"
            )

    def _refuse_late(self, status: Status) -> None:
        if not (status.pending and status.applied and status.pending[0] < status.applied[-1]):
            return
        last = status.applied[-1]
        late = f"{self.name}: {status.pending[0]} comes before {last}, which is applied"
        if last in status.unknown:
            raise MigrationError(
                f"{late} and has no file here: was a service removed? Put its two files back and take it back"
                " (docs/operate.md), or make reset where the data do not matter"
            )
        raise MigrationError(f"{late}; number it anew")

    def _close(self, status: Status) -> None:
        if status.unknown:
            self.say(f"{self.name}: ahead of this release by {', '.join(status.unknown)}; nothing to do")
        total = len(status.applied) + len(status.pending)
        self.say(f"{self.name}: up to date ({total} applied){status.remark}")

    @contextmanager
    def _locked(self) -> Iterator[Backend]:
        with self._connected() as backend, backend.lock():
            backend.ensure_internal_schema_updated()
            yield backend

    @contextmanager
    def _connected(self) -> Iterator[Backend]:
        try:
            with Backend(self.conninfo) as backend:
                yield backend
        except psycopg.OperationalError as error:
            raise MigrationError(f"{self.name}: the database cannot be reached: {_first_line(error)}") from error
        except psycopg.Error as error:
            raise MigrationError(f"{self.name}: {_first_line(error)}") from error

    @contextmanager
    def _undone_on_error(self, script: Script) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            text = script.path.read_text(encoding="utf-8")
            raise MigrationError(
                f"{self.name}: {script.path.name} failed{_place(error, text)} and was undone: {_first_line(error)}"
            ) from error


def _place(error: psycopg.Error, text: str) -> str:
    position = error.diag.statement_position
    return f" at line {text[: int(position)].count(chr(10)) + 1}" if position else ""


def _first_line(error: psycopg.Error) -> str:
    message = error.diag.message_primary or str(error).strip() or type(error).__name__
    return message.splitlines()[0]
