"""`python -m migrations up|down|status [--database premium|timeseries]`: docs/decisions/0002-migrations.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence

from migrations.errors import MigrationError
from migrations.files import FOLDER
from migrations.roles import make_roles
from migrations.runner import Runner
from migrations.targets import DATABASES, Target, target
from premium.config import ConfigurationError
from premium.errors import AppError
from premium.storage.secrets import Secrets


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run the command and return its exit code.

    0 when it is done, 1 when it is not: then one sentence on stderr says why.
    """
    options = _parser().parse_args(arguments)
    secrets = Secrets()
    try:
        targets = [target(name, environ, secrets.read) for name in options.database or DATABASES]
        for each in targets:
            _run(options, each, secrets)
    except (MigrationError, ConfigurationError, AppError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace, each: Target, secrets: Secrets) -> None:
    if options.action == "up" and each.admin:
        make_roles(each.admin, lambda: [secrets.read(arn) for arn in each.role_secrets], _say)
    runner = Runner(each.name, each.owner, FOLDER / each.name, _say)
    if options.action == "up":
        runner.up()
    elif options.action == "down":
        runner.down(options.steps)
    else:
        _show(runner)


def _show(runner: Runner) -> None:
    status = runner.status()
    _say(f"{runner.name}: {len(status.applied)} applied, {len(status.pending)} pending{status.remark}")
    for name in status.applied:
        _say(f"  {name}{'  (of a newer release)' if name in status.unknown else ''}")
    for name in status.pending:
        _say(f"  {name}  pending")


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m migrations", description="Bring both databases up to date.")
    parser.add_argument("action", choices=("up", "down", "status"))
    parser.add_argument("--database", action="append", choices=tuple(DATABASES), help="one database only")
    parser.add_argument("--steps", type=_positive, default=1, help="how many migrations down takes back (1)")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
