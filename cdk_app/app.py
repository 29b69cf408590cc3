"""`cdk` starts here: the only place that reads context and environment. `-c stage=local|dev|staging|prod|all`."""

from __future__ import annotations

import os
import sys

from aws_cdk import App
from pydantic import ValidationError

from cdk_app.local_platform import LocalPlatform
from cdk_app.platform import Platform
from cdk_app.stages import STAGES
from stacks.abilities import AWS, emulator

_DEFAULT_ENDPOINT = "http://localhost:4566"


class StageError(Exception):
    """The context names no stage we know, or gives it a value it cannot have."""


def build(app: App, stage: str) -> list[Platform | LocalPlatform]:
    """The platform of one stage, or with `all` of every stage that AWS holds."""
    if stage == "all":
        return [Platform(app, config, AWS) for name, config in STAGES.items() if name != "local"]
    if stage not in STAGES:
        raise StageError(f"there is no stage {stage!r}; say -c stage= and one of {', '.join([*STAGES, 'all'])}")
    if stage == "local":
        return [LocalPlatform(app, STAGES[stage], emulator(os.environ.get("AWS_ENDPOINT_URL", _DEFAULT_ENDPOINT)))]
    return [Platform(app, STAGES[stage], AWS)]


def main() -> None:
    """Synthesizes; a wrong value ends it with one sentence and no traceback."""
    app = App()
    try:
        build(app, str(app.node.try_get_context("stage") or "dev"))
    except (StageError, ValidationError) as error:
        sys.exit(f"cdk: {error}")
    app.synth()


if __name__ == "__main__":
    main()
