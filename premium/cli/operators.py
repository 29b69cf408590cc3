"""Write audit entries for operators' changes by the command `premium`."""

from __future__ import annotations

import functools
import getpass
import sys
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import click

from premium.audit.service import AuditTrail, operator
from premium.bootstrap import platform

CHANGES = "__changes_state__"
_RECORD = "premium.cli.operators.record"


def changes_state(command: Callable[..., Any]) -> Callable[..., Any]:
    """Mark a command's function as changing something: it leaves audit entries.

    Its ids are the targets, its other options the changes; exit code 1 reads `refused`.
    """

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        name = click.get_current_context().command_path[:100]
        targets = [each for value in options.values() for each in _ids(value)]
        told = {option: value for option, value in options.items() if value is not None and not _ids(value)}
        settings = platform().settings
        actor = operator(getpass.getuser(), claimed=settings.premium_operator)
        about = {"request_id": settings.premium_operation, "security": True}
        with AuditTrail.of(platform()).recorded(actor, name, targets=targets, **about) as record:
            record.add(**told)
            click.get_current_context().meta[_RECORD] = record
            return command(*args, **options)

    setattr(run, CHANGES, True)
    return run


def add_targets(targets: Iterable[object]) -> None:
    """Name what the running command changes, where its options do not."""
    click.get_current_context().meta[_RECORD].add(*targets)


def dry_run(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--dry-run` and `--yes` to a command that takes something away."""
    command = click.option("--yes", is_flag=True, help="Do not ask.")(command)
    return click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")(command)


def reason(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--why`, which has to be said: 1 to 200 printable characters in one line."""

    def one_line(_: click.Context, __: click.Parameter, value: str) -> str:
        found = " ".join(value.split())
        if not 1 <= len(found) <= 200 or not found.isprintable():
            raise click.UsageError("--why has 1 to 200 printable characters")
        return found

    return click.option("--why", required=True, callback=one_line, help=text)


def agreed(sentence: str, *, is_dry_run: bool, yes: bool) -> bool:
    """Tell whether to go on: the operator said yes, or does when asked.

    Where nobody can be asked it is a wrong command line.
    """
    if is_dry_run:
        click.echo(f"would {sentence}; nothing was done")
        return False
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError(f"this would {sentence}: look at --dry-run first, then say --yes")
    click.confirm(f"{sentence[0].upper()}{sentence[1:]}?", abort=True, err=True)
    return True


def _ids(value: Any) -> list[UUID]:
    given = value if isinstance(value, tuple) else (value,)
    return [each for each in given if isinstance(each, UUID)]
