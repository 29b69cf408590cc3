"""Provisions: variables that tell a process of a thing, with rights to use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aws_cdk import aws_iam as iam

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.watch.metrics import BUSINESS


@dataclass(frozen=True)
class Provision:
    """Environment variables, a grant, and the nag findings that it makes.

    A variable never holds a secret, but its ARN.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    grant: Callable[[iam.IGrantable], object] | None = None
    findings: Mapping[str, str] = field(default_factory=dict)

    def give(self, role: iam.Role) -> Mapping[str, str]:
        """Grant to the role, acknowledge the findings, and return the variables."""
        if self.grant is not None:
            self.grant(role)
        acknowledge(role, self.findings)
        return self.environment


def adding(statement: iam.PolicyStatement) -> Callable[[iam.IGrantable], object]:
    """Return a grant that is this one statement."""
    return lambda grantee: grantee.grant_principal.add_to_principal_policy(statement)


def metrics_provision() -> Provision:
    """Return the right to publish metrics in our namespace alone."""
    statement = iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": BUSINESS}},
    )
    reason = "metrics have no resources; the condition names the one namespace"
    return Provision({}, adding(statement), {"AwsSolutions-IAM5[Resource::*]": reason})


Provisions = Mapping[str, Provision]


def give_all(provisions: Provisions, needs: tuple[str, ...], role: iam.Role) -> dict[str, str]:
    """Give a process what it needs and return its environment.

    A need nobody provides stops the synth.
    """
    environment: dict[str, str] = {}
    for need in needs:
        if need not in provisions:
            raise ValueError(f"no stack provides {need!r}; known are {', '.join(sorted(provisions))}")
        environment |= provisions[need].give(role)
    return environment
