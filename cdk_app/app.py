"""Synthesize the platform for `cdk -c stage=local|dev|staging|prod|all`.

`cdk` starts here: the only module that reads context and environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App
from pydantic import ValidationError

from cdk_app.base_images import BaseImageError, read_bases
from cdk_app.local_platform import LocalPlatform
from cdk_app.platform import Platform
from cdk_app.stage_config import StageConfig
from cdk_app.stages import STAGES
from stacks.terms.abilities import AWS, emulator

_DEFAULT_ENDPOINT = "http://localhost:4566"
ALL = "all"
"""dev, staging and prod, for cfn-lint; without the library's own look at each template.

That look is more than a third of a synth. One stage, as it is deployed, has it, and the infra tests give it to all;
cfn-lint looks harder.
"""


class StageError(Exception):
    """The context names no stage, or values that cannot be read."""


def build(
    app: App, stage: str, values: dict[str, Any], bases: Mapping[str, str] | None = None
) -> list[Platform | LocalPlatform]:
    """Build the platform of one stage, or of all stages on AWS.

    All with `all`; `values` replace fields of the stage, `bases` are a release's base images by digest.
    """
    if stage == ALL:
        return [Platform(app, config, AWS) for name, config in STAGES.items() if name != "local"]
    if stage not in STAGES:
        raise StageError(f"there is no stage {stage!r}; say -c stage= and one of {', '.join([*STAGES, 'all'])}")
    config = StageConfig.model_validate(STAGES[stage].model_dump() | values)
    if stage == "local":
        endpoint = os.environ.get("AWS_ENDPOINT_URL", _DEFAULT_ENDPOINT)
        return [LocalPlatform(app, config, emulator(endpoint, os.environ.get("CHAINS_FILE")))]
    return [Platform(app, config, AWS, bases)]


def read_values(path: str | None) -> dict[str, Any]:
    """Read the operator's own values from a JSON file.

    Account, domain, existing …: an object by StageConfig's names.
    """
    if path is None:
        return {}
    try:
        values = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise StageError(f"the values in {path} cannot be read: {error}") from None
    if not isinstance(values, dict):
        raise StageError(f"the values in {path} are not a JSON object")
    return values


def _given() -> Mapping[str, Any]:
    """The context that `cdk` hands over."""
    return dict(json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}")))


def main() -> None:
    """Synthesize the stages that the context names.

    A wrong value ends it with sentences that name it and no traceback.
    """
    # The library settles this when the app is made: context that is set later comes too late.
    looks = _given().get("stage") != ALL
    app = App(stack_traces=False, tree_metadata=False, builtin_cloud_formation_validation=looks)
    try:
        values = read_values(app.node.try_get_context("values"))
        bases = read_bases(app.node.try_get_context("images"))
        build(app, str(app.node.try_get_context("stage") or "dev"), values, bases)
    except (StageError, BaseImageError) as error:
        sys.exit(f"cdk: {error}")
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        sys.exit("\n".join(f"cdk: {'.'.join(map(str, p['loc'])) or 'the stage'}: {p['msg']}" for p in problems))
    app.synth()


if __name__ == "__main__":
    main()
