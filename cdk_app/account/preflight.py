"""Look whether an account can take a stage, and say what to do.

`python -m cdk_app.account.preflight prod [--values prod.json]` reads alone. Exit code 1 where something is missing, 3
where something, or all of it, could not be looked at.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

import boto3
from pydantic import ValidationError

from cdk_app.account.checks import findings
from cdk_app.account.credentials import sign_in
from cdk_app.account.findings import Client, SignedOut
from cdk_app.app import StageError, read_values
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES

MISSING, UNKNOWN = 1, 3
"""Exit codes."""


def report(config: StageConfig, client: Client) -> tuple[list[str], int]:
    """Return the lines to print, and the exit code.

    It is 0 where the stage can be deployed.
    """
    try:
        found = list(findings(config, client))
    except SignedOut as error:
        return [f"UNKNOWN the account: {error}; {sign_in(config.region)}, then try again"], UNKNOWN
    lines = [f"ok      {each.name}: {each.seen}" for each in found if each.ok]
    for each in found:
        if not each.ok:
            lines += [f"{'MISSING' if each.known else 'UNKNOWN'} {each.name}: {each.seen}", f"        {each.remedy}"]
    if any(each.known and not each.ok for each in found):
        return lines, MISSING
    return lines, 0 if all(each.ok for each in found) else UNKNOWN


def main(arguments: Sequence[str]) -> int:
    """Return 0 where nothing is missing and all is known."""
    parser = argparse.ArgumentParser(prog="python -m cdk_app.account.preflight")
    parser.add_argument("stage", choices=[name for name in STAGES if name != "local"])
    parser.add_argument("--values", help="the JSON file that the deployment is given")
    given = parser.parse_args(arguments)
    try:
        config = StageConfig.model_validate(STAGES[given.stage].model_dump() | read_values(given.values))
    except (StageError, ValidationError) as error:
        print(f"preflight: {error}", file=sys.stderr)
        return 1

    def client(service: str, region: str) -> Any:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]  # any of those above

    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        print(f"UNKNOWN the account: AWS_ENDPOINT_URL leads this shell to {endpoint}; open another, then try again")
        return UNKNOWN
    lines, code = report(config, client)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
