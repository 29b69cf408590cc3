"""`python -m cdk_app.cost --stage prod`: the bill of a stage from its synthesized templates."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from cdk_app.cost.bill import Bill, bill, templates_of
from cdk_app.cost.report import as_json, compared, report
from cdk_app.cost.table import PriceError, prices
from cdk_app.cost.usage import UsageError, usage_of

ROOT = Path(__file__).resolve().parent.parent.parent
_REGION = "us-east-1"


class CostError(Exception):
    """There are no templates to price, or an earlier state cannot be synthesized."""


def main() -> None:
    """Print the bill; a wrong argument ends it with a sentence."""
    asked = _arguments()
    try:
        folder = asked.templates or ROOT / "cdk.out" / asked.stage
        now = _bill(folder, asked.stage, asked.usage, asked.region)
        before = _of_ref(asked.against, asked.stage, asked.usage, asked.region) if asked.against else None
    except (CostError, PriceError, UsageError) as error:
        sys.exit(f"cost: {error}")
    if asked.json:
        print(as_json(asked.stage, asked.region, now, before))
    else:
        usage = usage_of(asked.stage, asked.usage)
        print(report(asked.stage, asked.region, now, usage, datetime.now(UTC).date()))
        if before is not None:
            print(compared(before, now, asked.against))
    if asked.strict and now.unpriced:
        sys.exit(f"cost: {len(now.unpriced)} unpriced")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cdk_app.cost", description=__doc__)
    parser.add_argument("--stage", required=True, choices=("dev", "staging", "prod"))
    parser.add_argument("--templates", type=Path, help="the stage's cloud assembly; cdk.out/<stage> unless given")
    parser.add_argument("--usage", type=Path, help="a month's use; cdk_app/cost/usage/<stage>.json unless given")
    parser.add_argument("--region", default=_REGION)
    parser.add_argument("--against", help="a git reference whose bill is compared")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--strict", action="store_true", help="fail for what has no price")
    return parser.parse_args()


def _bill(folder: Path, stage: str, usage: Path | None, region: str) -> Bill:
    templates = templates_of(folder, stage)
    if not templates.resources:
        raise CostError(f"{folder} holds no templates of {stage}: make synth STAGE={stage}")
    return bill(templates, usage_of(stage, usage), prices(region))


def _of_ref(ref: str, stage: str, usage: Path | None, region: str) -> Bill:
    """Price the stage as it was at a reference, by today's table.

    It is synthesized in a work tree of its own.
    """
    with tempfile.TemporaryDirectory() as scratch:
        tree, out = Path(scratch) / "tree", Path(scratch) / "out"
        _run(["git", "worktree", "add", "--quiet", "--detach", str(tree), ref], ROOT, {})
        try:
            context = json.loads((tree / "cdk.json").read_text())["context"] | {"stage": stage}
            given = {"CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": json.dumps(context)}
            given["PREMIUM_ASSETS_DIR"] = str(ROOT / "dist" / "lambda")
            _run([sys.executable, "-O", "-m", "cdk_app.app"], tree, given)
        finally:
            _run(["git", "worktree", "remove", "--force", str(tree)], ROOT, {})
        return _bill(out, stage, usage, region)


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise CostError(f"{' '.join(command[:4])} … failed: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    main()
