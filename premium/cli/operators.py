"""Write audit entries for operators' changes by the command `premium`."""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable
from typing import Any
from uuid import UUID

import click

from premium.audit.service import AuditTrail, operator
from premium.bootstrap import platform

CHANGES = "__changes_state__"


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
            return command(*args, **options)

    setattr(run, CHANGES, True)
    return run


def _ids(value: Any) -> list[UUID]:
    given = value if isinstance(value, tuple) else (value,)
    return [each for each in given if isinstance(each, UUID)]
