"""Look whether an account can take a stage, and say what to do.

`python -m cdk_app.account.preflight prod [--values prod.json]` reads alone; exit code 1 where something is missing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import boto3
from pydantic import ValidationError

from cdk_app.account.checks import Client, findings
from cdk_app.app import StageError, read_values
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES


def report(config: StageConfig, client: Client) -> tuple[list[str], bool]:
    """Return the lines to print, and whether the stage can be deployed."""
    found = list(findings(config, client))
    lines = [f"ok      {each.name}: {each.seen}" for each in found if each.ok]
    for each in found:
        if not each.ok:
            lines += [f"MISSING {each.name}: {each.seen}", f"        {each.remedy}"]
    return lines, all(each.ok for each in found)


def main(arguments: Sequence[str]) -> int:
    """Return 0 where nothing is missing."""
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

    lines, ok = report(config, client)
    print("\n".join(lines))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
