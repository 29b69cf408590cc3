"""Run the command `premium`, one group a topic.

A topic is imported only when it is asked for, so that `--help` is instant.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from premium.manifest import services

TOPICS: Mapping[str, str] = {command.name: command.text for each in services() for command in each.commands} | {
    "settings": "What the environment may tell a process."
}
"""A topic is `premium/cli/<topic>.py` with a click command of the same name; its line is known before its import."""


class Topics(click.Group):
    """The topics as commands, each imported at its first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all topics."""
        return sorted(TOPICS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return the command of a topic, None for an unknown one."""
        if cmd_name not in TOPICS:
            return None
        command: click.Command = getattr(import_module(f"premium.cli.{cmd_name}"), cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Turn errors that an operator can mend into a sentence and exit code 1.

        A traceback is for our own mistakes only.
        """
        try:
            with quiet_logs():
                return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of topics from `TOPICS` alone.

        click would import every topic to ask it for its help.
        """
        with formatter.section("Commands"):
            formatter.write_dl(sorted(TOPICS.items()))


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Keep log lines out of what an operator reads.

    His command says itself what does not answer. Errors that our own logger still has to say go to standard error, so
    that `--json` stays one document.
    """
    from premium.observability import logger  # noqa: PLC0415 - `--help` need not load it

    pool, level = logging.getLogger("psycopg.pool"), logger.log_level
    handlers = [each for each in logger.handlers if isinstance(each, logging.StreamHandler)]
    streams = [each.setStream(sys.stderr) for each in handlers]
    pool.setLevel(logging.CRITICAL)
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        pool.setLevel(logging.NOTSET)
        logger.setLevel(level)
        for handler, stream in zip(handlers, streams, strict=True):
            handler.setStream(stream or sys.stdout)


def _sentence(error: Exception) -> str | None:
    """Return an operator's error as a sentence, None for a defect of ours.

    The modules are imported here, because they cost more than `--help` may.
    """
    from redis.exceptions import RedisError  # noqa: PLC0415 - see the docstring

    from premium.config import ConfigurationError  # noqa: PLC0415 - see the docstring
    from premium.errors import AppError  # noqa: PLC0415 - see the docstring

    if isinstance(error, RedisError):
        return f"Redis cannot be used: {error}"
    return str(error) if isinstance(error, ConfigurationError | AppError) else None


@click.group(cls=Topics, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="premium-defi")
def main() -> None:
    """Operate the premium platform."""
