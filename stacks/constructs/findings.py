"""Acknowledging a cdk-nag finding: one finding, at one construct, with its reason."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(construct: IConstruct, findings: Mapping[str, str]) -> None:
    """`{finding id: reason}`; `AwsSolutions-IAM5[Resource::*]` names one finding of a rule that has several."""
    for finding, reason in findings.items():
        Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))
