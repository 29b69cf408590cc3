"""Rights that AWS can only give on every resource.

Each is a policy of its own whose reason stands beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.access.findings import acknowledge


def wildcard(scope: Construct, name: str, role: iam.IRole, actions: Sequence[str], reason: str) -> iam.Policy:
    """Attach `actions` on `*` to the role, and acknowledge that finding."""
    statement = iam.PolicyStatement(actions=list(actions), resources=["*"])
    policy = iam.Policy(scope, name, statements=[statement], roles=[role])
    acknowledge(policy, {"AwsSolutions-IAM5[Resource::*]": reason})
    return policy
