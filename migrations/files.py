"""Migrations on disk: `premium/0001_accounts.sql` with `premium/0001_accounts.rollback.sql` beside it.

A migration that differs by what the server offers has one file a layout instead: `0001_x.native.sql`,
`0001_x.timescale.sql`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from sqlparse.engine import FilterStack
from sqlparse.tokens import Comment
from yoyo.migrations import Migration, StepCollector, parse_metadata_from_sql_comments

from migrations.errors import MigrationError

FOLDER = Path(__file__).parent
_CONTROL = frozenset({"ABORT", "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "START", "START TRANSACTION"})
_NAME = re.compile(r"(?P<id>\d{4}_[a-z0-9_]+)(\.(?P<layout>native|timescale))?\.sql")


@dataclass(frozen=True)
class Script:
    """One migration of one layout (None: the same for every layout)."""

    id: str
    path: Path
    layout: str | None

    @property
    def checksum(self) -> str:
        """SHA-256 of the file, in hex."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    @property
    def rollback(self) -> Path:
        return self.path.with_suffix(".rollback.sql")

    def step(self) -> WholeFile:
        return WholeFile(self)


class WholeFile(Migration):  # type: ignore[misc]  # yoyo has no types
    """A migration that runs its file as one script.

    The server parses SQL better than any splitter, and it is one transaction.
    """

    def __init__(self, script: Script) -> None:
        super().__init__(script.id, str(script.path), str(script.path.parent))
        self.script = script

    def load(self) -> None:
        if self.loaded:
            return
        self.source = self.script.path.read_text(encoding="utf-8")
        directives, _, _ = parse_metadata_from_sql_comments(self.source)
        self.use_transactions = directives.get("transactional", "true").lower() != "false"
        back = self.script.rollback.read_text(encoding="utf-8")
        for path, text in ((self.script.path, self.source), (self.script.rollback, back)):
            _refuse_transaction_control(path, text)
        steps = StepCollector(migration=self)
        steps.add_step(self.source, back)
        self.steps = steps.create_steps(self.use_transactions)
        self._depends: set[Migration] = set()


def scripts(folder: Path) -> list[Script]:
    """Return every migration in the folder, in order.

    MigrationError for a name out of form, a number twice, no way back.
    """
    found = [_script(path) for path in sorted(folder.glob("*.sql")) if not path.name.endswith(".rollback.sql")]
    seen: dict[str, Script] = {}
    for script in found:
        other = seen.setdefault(script.id[:4], script)
        # Two layouts of one name are one migration.
        if other is not script and (other.id != script.id or None in (other.layout, script.layout)):
            raise MigrationError(f"{script.path.name} and {other.path.name} have the same number")
        if not script.rollback.exists():
            raise MigrationError(f"{script.path.name} has no way back: {script.rollback.name} is missing")
    return found


def of_layout(found: list[Script], layout: str) -> list[Script]:
    """What a database of `layout` consists of."""
    return [script for script in found if script.layout in (None, layout)]


def _refuse_transaction_control(path: Path, text: str) -> None:
    """A COMMIT in the script would end the transaction that makes it all or nothing."""
    for statement in FilterStack().run(text):  # type: ignore[no-untyped-call]  # sqlparse has no types
        words = (token for token in statement.flatten() if not token.is_whitespace and token.ttype not in Comment)
        first = next(words, None)
        if first is not None and first.normalized.upper() in _CONTROL:
            raise MigrationError(f"{path.name} says {first.normalized.upper()}; a migration is one transaction already")


def _script(path: Path) -> Script:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"{path.name} is not named like 0001_what_it_does.sql")
    return Script(match["id"], path, match["layout"])
