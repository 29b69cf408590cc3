"""Make small functions whose code stands inside a template.

They need no archive and no layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.watch.log_group import log_group
from stacks.terms.frame import Frame

FOLDER = Path(__file__).parents[2] / "lambdas"
_FUTURE = "from __future__ import annotations\n"
_SHARED = "from stacks.lambdas.answer import answer\n"


def inline_function(
    scope: Construct, code: str, *, frame: Frame, timeout: Duration, environment: Mapping[str, str] | None = None
) -> tuple[lambda_.Function, iam.Role]:
    """Make the function of `stacks/lambdas/<code>.py` and its role, which may write its log alone.

    They stand in `scope` as Logs, Role and Function.
    """
    group = log_group(scope, "Logs", frame=frame)
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    group.grant_write(role)
    function = lambda_.Function(
        scope,
        "Function",
        code=inline(code),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_14,
        architecture=lambda_.Architecture.ARM_64,
        timeout=timeout,
        role=role,
        log_group=group,
        environment=environment,
    )
    return function, role


def inline(name: str) -> lambda_.Code:
    """Return the code of `stacks/lambdas/<name>.py`, called as `index.handler`."""
    return lambda_.Code.from_inline(inline_text(name))


def inline_text(name: str) -> str:
    """Return a module as one file.

    What it imports of its neighbour is put in the import's place.
    """
    text = (FOLDER / f"{name}.py").read_text()
    if _SHARED not in text:
        return text
    _, _, answer = (FOLDER / "answer.py").read_text().partition(_FUTURE)
    return text.replace(_SHARED, answer.lstrip("\n"))
