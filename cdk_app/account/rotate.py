"""Start the rotation of a stage's passwords and follow it to its end.

`python -m cdk_app.account.rotate prod [--region eu-west-1] [--status]`; started again it goes on where it died.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cdk_app.account.session import Account, sentences


@sentences("rotate")
def main(arguments: Sequence[str]) -> int:
    """Return the task's exit code; a sentence and 1 where the account says no."""
    parser = argparse.ArgumentParser(prog="python -m cdk_app.account.rotate")
    parser.add_argument("stage")
    parser.add_argument("--region")
    parser.add_argument("--status", action="store_true", help="say what is done, change nothing")
    given = parser.parse_args(arguments)
    account = Account(given.region)
    words = ["rotation", "status" if given.status else "run"]
    return account.task(given.stage, "rotation").run(words, account.operation())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
