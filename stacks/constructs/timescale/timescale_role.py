"""What the TimescaleDB host may do.

Its image, its files, its archive, its log, one secret, sessions.
"""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.resource import resource
from stacks.constructs.access.wildcard import wildcard
from stacks.constructs.timescale.timescale_boot import TimescaleBoot

_SESSION = (
    "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
)  # fmt: skip
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")


class TimescaleRole(Construct):
    """The host's role and its instance `profile`; who depends on it waits for every right."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: kms.IKey,
        archive: s3.Bucket,
        admin: secretsmanager.ISecret,
        boot: TimescaleBoot,
    ) -> None:
        super().__init__(scope, name)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        boot.log_group.grant_write(role)
        allow = [
            (["secretsmanager:GetSecretValue"], admin.secret_arn),
            ([*_PULL], boot.image.repository.repository_arn),
            (["s3:GetObject"], boot.files.bucket.arn_for_objects(boot.files.s3_object_key)),
        ]
        for verbs, arn in allow:
            role.add_to_policy(iam.PolicyStatement(actions=verbs, resources=[arn]))
        key.grant(role, "kms:Decrypt", "kms:GenerateDataKey")
        self._grant_archive(role, archive)
        wildcard(self, "Session", role, _SESSION, "Session Manager's channels have no resources; it replaces SSH")
        token = ("ecr:GetAuthorizationToken",)
        wildcard(self, "Token", role, token, "a registry token is the account's, not a repository's")
        self.profile = iam.CfnInstanceProfile(self, "Profile", roles=[role.role_name])

    def _grant_archive(self, role: iam.Role, archive: s3.Bucket) -> None:
        objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        role.add_to_policy(iam.PolicyStatement(actions=objects, resources=[archive.arn_for_objects("timeseries/*")]))
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[archive.bucket_arn]))
        logical_id = Stack.of(self).get_logical_id(resource(archive, s3.CfnBucket))
        finding = f"AwsSolutions-IAM5[Resource::<{logical_id}.Arn>/timeseries/*]"
        acknowledge(role, {finding: "pgBackRest names the objects of its archive itself"})
