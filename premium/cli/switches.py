"""Commands that switch users, rules and destinations off and on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from premium.bootstrap import Platform, platform
from premium.cli.operators import add_targets, changes_state, reason
from premium.cli.tables import show
from premium.clock import rfc3339
from premium.switches.service import Kind, Switches

MOST = 2048


Ended = Callable[[Platform, Any], str]
"""Ends what goes on of a target that is now off, and says what it ended."""


def topic(kind: Kind, target: click.ParamType[Any], effect: str, ended: Ended | None = None) -> click.Group:
    """Return the topic of one kind, with `list` and `switch`.

    `ended` is called after each `--off`, also of what was off already: an operator repeats what may have failed.
    """
    group = click.Group(f"{kind}s", help=f"Switch {kind}s off and on.\n\n{effect}")
    group.add_command(_list(kind))
    group.add_command(_switch(kind, target, effect, ended))
    return group


def _list(kind: Kind) -> click.Command:
    @click.command("list", help=f"List the {kind}s that are off, the newest last.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
    def list_(*, as_json: bool) -> None:
        rows = Switches.of(platform()).all(kind)
        show([{kind: each.target, "why": each.why, "since": rfc3339(each.created_at)} for each in rows], as_json)

    return list_


def _switch(kind: Kind, target: click.ParamType[Any], effect: str, ended: Ended | None) -> click.Command:
    @click.command("switch", help=f"Switch one {kind} off, or on again.\n\n{effect}")
    @click.argument("target", type=target, metavar=kind.upper())
    @click.option("--on/--off", "on", default=None, help="Which of the two.")
    @reason("For the audit trail, and for who finds it off; 200 characters at most.")
    @changes_state
    def switch(target: Any, *, on: bool | None, why: str) -> None:
        if on is None:
            raise click.UsageError("say --off or --on")
        if not 1 <= len(str(target)) <= MOST:
            raise click.UsageError(f"a {kind} has 1 to {MOST} characters")
        add_targets([target])
        changed = Switches.of(platform()).turn(kind, str(target), on=on, why=why)
        also = "" if on or ended is None else ended(platform(), target)
        click.echo(f"{target} is {'on' if on else 'off'}{'' if changed else ', as it was'}{also}")

    return switch
