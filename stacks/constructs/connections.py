"""How a process learns to reach a store: the ARN of a secret of host, port, user and password, and its right."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager

from stacks.constructs.provision import Provision


def connection(variable: str, secret: secretsmanager.ISecret, key: kms.IKey) -> Provision:
    """`{variable: ARN}` and the right to read that one secret.

    On the reader's side alone: the library's `grant_read` writes readers into the key's policy, a reference upwards.
    """

    def grant(grantee: iam.IGrantable) -> None:
        actions = ["secretsmanager:GetSecretValue"]
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[secret.secret_arn])
        key.grant(grantee, "kms:Decrypt")

    return Provision({variable: secret.secret_arn}, grant)


def publish(stack: Stack, secrets: Mapping[str, secretsmanager.ISecret]) -> None:
    """Outputs `<name>SecretArn`, by which local/ and operators find each connection."""
    for name, secret in secrets.items():
        CfnOutput(stack, f"{name}SecretArn", value=secret.secret_arn)
