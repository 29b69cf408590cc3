"""Acknowledge findings of cdk-nag, each at one construct with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Stack, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, findings: Mapping[str, str]) -> None:
    """Acknowledge `{finding id: reason}` at a construct.

    `AwsSolutions-IAM5[Resource::*]` names one finding of a rule that has several.
    """
    for finding, reason in findings.items():
        Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def wildcard_finding(stack: Stack, arn: str, reason: str) -> dict[str, str]:
    """Return the finding that a right on this ARN with its `*` makes.

    Named as nag prints it.
    """
    return {f"AwsSolutions-IAM5[Resource::{_printed(stack.resolve(arn))}]": reason}


def _printed(value: object) -> str:
    """Print a token as nag does: references in angle brackets, joins joined."""
    match value:
        case {"Fn::Join": [str() as separator, list() as parts]}:
            return separator.join(_printed(part) for part in parts)
        case {"Fn::ImportValue": str() as exported}:
            return exported
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case _:
            return str(value)
