"""Run the command `premium` as a task of a stage.

`python -m cdk_app.account.operate [--region eu-west-1] dev queues failed --json`. `make operate STAGE=dev ARGS="queues
failed"` hands the words over in the environment, past any shell.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence

from cdk_app.account.session import Account, sentences
from cdk_app.account.stage_task import TaskError
from premium.manifest import services

ELSEWHERE = {"rotation": "the rotation has a task and rights of its own: make rotate STAGE=…"}
VARIABLE = "PREMIUM_ARGUMENTS"


@sentences("operate")
def main(arguments: Sequence[str]) -> int:
    """Return the command's exit code; a sentence and 1 where it cannot be run."""
    parser = argparse.ArgumentParser(prog="python -m cdk_app.account.operate")
    parser.add_argument("stage")
    parser.add_argument("--region")
    parser.add_argument("words", nargs=argparse.REMAINDER, help="what would follow `premium`")
    given = parser.parse_args(arguments)
    words = known(given.words or split(os.environ.get(VARIABLE, "")))
    account = Account(given.region)
    return account.task(given.stage, "workers").run(words, account.operation())


def split(text: str) -> list[str]:
    """Return the words of a line; quotes hold words together, nothing else is special."""
    try:
        return shlex.split(text)
    except ValueError as error:
        raise TaskError(f"the arguments {text!r} cannot be read: {error}") from None


def known(words: Sequence[str]) -> Sequence[str]:
    """Refuse unknown topics at once, not after the minute that a task takes to start."""
    topics = {command.name for service in services() for command in service.commands} | {"settings"}
    if not words:
        raise TaskError(f'say what to run: ARGS="queues failed"; topics are {", ".join(sorted(topics))}')
    first = words[0]
    if first in ELSEWHERE:
        raise TaskError(ELSEWHERE[first])
    if not first.startswith("-") and first not in topics:
        raise TaskError(f"premium has no topic {first!r}; there are {', '.join(sorted(topics))}")
    return words


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
