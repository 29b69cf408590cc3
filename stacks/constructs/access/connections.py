"""Connection secrets: how a process learns to reach a store.

It is told the ARN of a secret of host, port, user and password, and may read it.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, SecretValue, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.provision import Provision
from stacks.terms.frame import Frame


def connection(variable: str, secret: secretsmanager.ISecret, key: kms.IKey) -> Provision:
    """Return `{variable: ARN}` and the right to read that one secret.

    On the reader's side alone: the library's `grant_read` writes readers into the key's policy, a reference upwards.
    """

    def grant(grantee: iam.IGrantable) -> None:
        actions = ["secretsmanager:GetSecretValue"]
        iam.Grant.add_to_principal(grantee=grantee, actions=actions, resource_arns=[secret.secret_arn])
        key.grant(grantee, "kms:Decrypt")

    return Provision({variable: secret.secret_arn}, grant)


def database_connection(
    scope: Construct,
    name: str,
    *,
    frame: Frame,
    key: kms.IKey,
    role: secretsmanager.ISecret,
    host: str,
    port: int,
    user: str,
    database: str,
    verified: bool,
) -> secretsmanager.Secret:
    """Make the secret `{"host","port","dbname","username","sslmode","password"}`.

    The password is resolved from the role's own secret at deploy. Later the rotation names the role in use; an update
    of this resource falls back to the first role, which is valid at any time.
    `verified`: the server's certificate is signed by
    somebody whom the processes know, as RDS's is, and they check it.
    """
    return _assembled(
        scope,
        name,
        frame=frame,
        key=key,
        fields={
            "host": host,
            "port": str(port),
            "dbname": database,
            "username": user,
            "sslmode": "verify-full" if verified else "require",
        },
        password=role.secret_value_from_json("password"),
    )


def redis_connection(
    scope: Construct, name: str, *, frame: Frame, key: kms.IKey, auth: secretsmanager.ISecret, host: str, port: int
) -> secretsmanager.Secret:
    """Make the secret `{"host","port","password","tls"}`."""
    fields = {"host": host, "port": str(port), "tls": "true"}
    password = auth.secret_value_from_json("password")
    return _assembled(scope, name, frame=frame, key=key, fields=fields, password=password)


def publish(stack: Stack, secrets: Mapping[str, secretsmanager.ISecret]) -> None:
    """Add outputs `<name>SecretArn`, by which local/ and operators find each connection."""
    for name, secret in secrets.items():
        CfnOutput(stack, f"{name}SecretArn", value=secret.secret_arn)


def output_of(variable: str) -> str:
    """Return an output's name: `NotificationsSecretArn` of `NOTIFICATIONS_SECRET_ARN`."""
    return "".join(part.capitalize() for part in variable.split("_"))


def _assembled(
    scope: Construct, name: str, *, frame: Frame, key: kms.IKey, fields: Mapping[str, str], password: SecretValue
) -> secretsmanager.Secret:
    secret = secretsmanager.Secret(
        scope,
        name,
        encryption_key=key,
        removal_policy=frame.store_removal,
        secret_object_value={
            **{field: SecretValue.unsafe_plain_text(value) for field, value in fields.items()},
            "password": password,
        },
    )
    reason = "changed with the role's secret by the stage's own task (docs/decisions/0013-rotation.md)"
    acknowledge(secret, {"AwsSolutions-SMG4": reason})
    return secret
