"""Look after dead letters of SQS: `premium dlq`.

Chain events that cannot be read, or were refused again and again, and ticks of the clock that failed. Exit code 1 where
a letter is not there or could not be redriven.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import click

from premium.alerts.manifest import AlertSettings
from premium.bootstrap import platform
from premium.cli.operators import add_targets, agreed, changes_state, dry_run
from premium.cli.tables import show as show_rows
from premium.clock import rfc3339
from premium.config import ConfigurationError
from premium.execution.schedule import run, schedules
from premium.jobs.manifest import JobSettings
from premium.storage.message_queue import MOST, Letter, MessageQueue

Name = Literal["events", "schedules"]
_NAME = click.argument("name", metavar="events|schedules", type=click.Choice(["events", "schedules"]))
_IDS = click.argument("letter_ids", type=click.UUID, nargs=-1)
_ALL = click.option("--all", "every", is_flag=True, help=f"Every letter; {MOST} a run at most.")
_SHOWN = 120


@click.group()
def dlq() -> None:
    """List, show, redrive and drop dead letters of events and schedules.

    Those of jobs are `premium queues failed`, of batches and notices `premium alerts`.
    """


@dlq.command("list")
@_NAME
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(1, MOST), help="Letters at most.")
def list_(name: Name, most: int, *, as_json: bool) -> None:
    """List letters, the oldest first, with the reason why they are here."""
    letters = _Letters.of(name)
    with letters.dead.letters(most) as found:
        show_rows([_row(letter, letters) for letter in found], as_json)
    _tell_more(letters, len(found))


@dlq.command()
@_NAME
@click.argument("letter_id", type=click.UUID)
def show(name: Name, letter_id: UUID) -> None:
    """Print one letter whole, as JSON."""
    letters = _Letters.of(name)
    with letters.dead.letters() as found:
        one = next((letter for letter in found if letter.id == letter_id), None)
    if one is None:
        sys.exit(f"{letter_id}: no such letter among the first {MOST}, or another has it in hand: try in a minute")
    about = {"id": str(one.id), "sentAt": rfc3339(one.sent_at), "attributes": dict(one.attributes), "body": one.body}
    click.echo(json.dumps(about, indent=2, ensure_ascii=False))


@dlq.command()
@_NAME
@_IDS
@_ALL
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@changes_state
def redrive(name: Name, letter_ids: tuple[UUID, ...], *, every: bool, dry_run: bool) -> None:
    """Give letters back: events to their queue, ticks of the clock are run.

    A letter leaves the dead letters only once it is there. What was done before changes nothing the second time.
    """
    letters = _Letters.of(name)
    sys.exit(letters.treat(letter_ids, every=every, what="redrive", act=letters.again, is_dry_run=dry_run, yes=True))


@dlq.command()
@_NAME
@_IDS
@_ALL
@dry_run
@changes_state
def drop(name: Name, letter_ids: tuple[UUID, ...], *, every: bool, dry_run: bool, yes: bool) -> None:
    """Delete letters for good, and print each as it was.

    One JSON object a line: what is kept of it can be sent again by hand.
    """
    letters = _Letters.of(name)

    def act(letter: Letter) -> None:
        click.echo(json.dumps({"id": str(letter.id), "body": letter.body}, ensure_ascii=False))

    sys.exit(letters.treat(letter_ids, every=every, what="drop", act=act, is_dry_run=dry_run, yes=yes))


@dataclass(frozen=True, kw_only=True)
class _Letters:
    """The dead letters of one kind, and how one of them is done again."""

    dead: MessageQueue
    again: Callable[[Letter], object]
    reasons: tuple[str, ...]
    """Names of the attributes that say why a letter is here, the first that is there."""

    @classmethod
    def of(cls, name: Name) -> _Letters:
        settings = platform().settings
        if name == "schedules":
            dead = _required(settings.of(JobSettings).schedule_dead_letters_url, "SCHEDULE_DEAD_LETTERS_URL")
            return cls(dead=dead, again=_run_tick, reasons=("ERROR_MESSAGE", "ERROR_CODE", "ErrorMessage"))
        own = settings.of(AlertSettings)
        events = _required(own.events_queue_url, "EVENTS_QUEUE_URL")
        dead = _required(own.events_dead_letters, "EVENTS_DEAD_LETTERS")
        return cls(dead=dead, again=lambda letter: events.send(letter.body), reasons=("Reason",))

    def treat(
        self, ids: Iterable[UUID], *, every: bool, what: str, act: Callable[[Letter], object], is_dry_run: bool,
        yes: bool,
    ) -> int:  # fmt: skip
        """Do one thing to each letter that is meant; return the exit code."""
        wanted = set(ids)
        if bool(wanted) is every:
            raise click.UsageError("give letter ids, or --all")
        with self.dead.letters() as found:
            meant = [letter for letter in found if every or letter.id in wanted]
            missing = wanted - {letter.id for letter in meant}
            done = 0
            if agreed(f"{what} {len(meant)} letters", is_dry_run=is_dry_run, yes=yes):
                add_targets(letter.id for letter in meant)
                done = sum(self._done(letter, act) for letter in meant)
                past = {"redrive": "redriven", "drop": "dropped"}[what]
                click.echo(f"{done} {past}", err=what == "drop")
        for one in sorted(missing, key=str):
            click.echo(f"{one}: no such letter among the first {MOST}, or another has it in hand", err=True)
        _tell_more(self, len(found))
        return 1 if missing or (done < len(meant) and not is_dry_run) else 0

    def reason(self, letter: Letter) -> str:
        """Return why a letter is here, as far as it says."""
        said = [letter.attributes[name] for name in self.reasons if letter.attributes.get(name)]
        return said[0] if said else "refused again and again: the log of the function says why"

    def _done(self, letter: Letter, act: Callable[[Letter], object]) -> bool:
        """Act, and only then remove; one that fails takes no other with it."""
        try:
            act(letter)
        except Exception as error:  # noqa: BLE001 - whatever a tick meets is the operator's to read
            click.echo(f"{letter.id}: stays: {type(error).__name__}: {error}", err=True)
            return False
        self.dead.remove(letter)
        return True


def _required(url: str | None, variable: str) -> MessageQueue:
    if not url:
        raise ConfigurationError(f"{variable} is not set: this stage's queue is another's, and so are its dead letters")
    return MessageQueue(url)


def _run_tick(letter: Letter) -> None:
    """Run the schedule that a tick names, here and now; everything of the clock may run twice."""
    try:
        told = json.loads(letter.body)
    except ValueError:
        told = None
    task = told.get("task") if isinstance(told, dict) else None
    if task not in schedules():
        raise ValueError(f"it names no schedule of this release: {letter.body[:100]!r}")
    run(str(task), platform(), platform().clock.now())


def _row(letter: Letter, letters: _Letters) -> dict[str, Any]:
    body = letter.body if len(letter.body) <= _SHOWN else f"{letter.body[:_SHOWN]}…"
    return {"id": letter.id, "sent_at": rfc3339(letter.sent_at), "reason": letters.reason(letter), "body": body}


def _tell_more(letters: _Letters, seen: int) -> None:
    depth = letters.dead.depth()
    if seen and (more := depth.visible + depth.hidden - seen) > 0:
        click.echo(f"about {more} more", err=True)
