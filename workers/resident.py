"""The one runner for residents: `python -m workers.resident alerts.matcher [--shard 0]`.

It sets up logs, signals and presence, runs the body and turns a wrong configuration into a sentence. Keyword-only
parameters of the body are its options. SIGTERM and SIGINT are the wish to stop: the body finishes what it has in hand.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, get_args, get_type_hints

import click

from premium import bootstrap
from premium.config import ConfigurationError
from premium.execution.residence import Residence
from premium.jobs.presence import present
from premium.manifest import Resident
from premium.observability import logger
from workers import logs
from workers.residents import declared

Body = Callable[..., Any]


def run(resident: Resident, body: Body, residence: Residence, options: Mapping[str, Any]) -> None:
    """Run the body until it returns, present under the name of the resident."""
    name = f"{resident.name}@{residence.owner}"
    with present(residence.platform.redis(1), resident.queue, name, lambda: residence.doing):
        logger.info("resident starts", resident=resident.name)
        if inspect.iscoroutinefunction(body):
            asyncio.run(body(residence, **options))
        else:
            body(residence, **options)
        logger.info("resident ends", resident=resident.name)


def command(resident: Resident) -> click.Command:
    """Return the command line of one resident.

    It has an option for each keyword-only parameter of the body.
    """
    module, _, name = resident.function.rpartition(".")
    body: Body = getattr(import_module(module), name)

    def start(**options: Any) -> None:
        logs.adopt()
        try:
            residence = Residence(bootstrap.platform())
            residence.stop.listen()
            run(resident, body, residence, options)
        except ConfigurationError as error:
            sys.exit(f"{resident.name} does not start: {error}")

    return click.Command(resident.name, callback=start, params=_options(body), help=inspect.getdoc(body))


class Residents(click.Group):
    """The declared residents as commands; only the body that is asked for is imported."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all residents."""
        return [each.name for each in declared()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the command of one resident, None for a name that no service declares."""
        return next((command(each) for each in declared() if each.name == cmd_name), None)


@click.group(cls=Residents)
def main() -> None:
    """Run one resident process until SIGTERM."""


def _options(body: Body) -> list[click.Parameter]:
    hints = get_type_hints(body)
    return [
        click.Option([f"--{name.replace('_', '-')}"], type=(get_args(hints[name]) or (hints[name],))[0],
                     default=parameter.default)
        for name, parameter in inspect.signature(body).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]  # fmt: skip


if __name__ == "__main__":
    main()
