"""Keys and secrets of a stage, and on AWS the trail, the deploy role and the operators' groups."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.audit_trail import AuditTrail
from stacks.constructs.connections import connection, publish
from stacks.constructs.deploy_role import DeployRole
from stacks.constructs.findings import wildcard_finding
from stacks.constructs.groups import POSTGRES_PORT, TIMESERIES_PORT
from stacks.constructs.operators import Operators
from stacks.constructs.provision import Provision, adding
from stacks.constructs.secret import generated_secret, provided_secret
from stacks.frame import Frame, PremiumStack

# Database roles: (secret, user, database, server's port); the migrations make the roles with these passwords.
_ROLES = tuple(
    (f"{prefix}{role}", f"premium_{role.lower()}", database, port)
    for prefix, database, port in (
        ("Database", "premium", POSTGRES_PORT),
        ("Timeseries", "timeseries", TIMESERIES_PORT),
    )
    for role in ("Admin", "Owner", "App", "Worker")
)
_PROVIDED = ("Jwt", "StripeWebhook", "PaddleWebhook", "OrderlyWebhook", "YourPropFirmWebhook", "Providers")
# Services that put messages into our encrypted queues and topics by themselves.
_SENDERS = ("events", "cloudwatch", "sns", "budgets", "costalerts")


class SecurityStack(PremiumStack):
    """`secrets` by name; `data_key` encrypts stores, `message_key` queues and topics (their services may use it)."""

    def __init__(self, scope: Construct, *, frame: Frame, repository: str | None) -> None:
        super().__init__(scope, "security", frame=frame, description="Premium: keys, secrets, trail, operators")
        self.data_key = self._key("DataKey", "databases, tables, buckets and secrets")
        self.message_key = self._key("MessageKey", "queues and topics")
        for service in _SENDERS:
            self.message_key.grant(
                iam.ServicePrincipal(f"{service}.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey"
            )
        self.secrets = self._secrets()
        publish(self, {"Jwt": self.secrets["Jwt"], "Origin": self.secrets["Origin"]})
        if frame.abilities.account_services:
            AuditTrail(self, "Trail", frame=frame)
            Operators(self, "Operators")
            if repository:
                DeployRole(self, "Deploy", frame=frame, repository=repository)

    @property
    def jwt(self) -> Provision:
        """What verifies a token: read by the authorizer, the login and the stream."""
        return connection("JWT_SECRET_ARN", self.secrets["Jwt"], self.data_key)

    @property
    def origin(self) -> Provision:
        """What the edge proves itself with; the authorizer compares."""
        return connection("ORIGIN_SECRET_ARN", self.secrets["Origin"], self.data_key)

    @property
    def notifications(self) -> Provision:
        """The providers' keys, and the right to send mail as an identity of this account: the secret says as which."""
        keys = connection("NOTIFICATIONS_SECRET_ARN", self.secrets["Providers"], self.data_key)
        identities = self.format_arn(service="ses", resource="identity", resource_name="*")
        mail = adding(iam.PolicyStatement(actions=["ses:SendEmail"], resources=[identities]))

        def grant(grantee: iam.IGrantable) -> None:
            for give in (keys.grant, mail):
                if give is not None:
                    give(grantee)

        reason = "which identity sends is an operator's choice, in the secret of the providers"
        return Provision(keys.environment, grant, wildcard_finding(self, identities, reason))

    def _secrets(self) -> Mapping[str, secretsmanager.Secret]:
        key, frame = self.data_key, self.frame
        return {
            **{name: self._role(name, user, database, port) for name, user, database, port in _ROLES},
            "RedisAuth": generated_secret(self, "RedisAuth", key=key, frame=frame, length=64),
            "Origin": generated_secret(self, "Origin", key=key, frame=frame, length=48, field="value"),
            **{name: provided_secret(self, name, key=key, frame=frame) for name in _PROVIDED},
        }

    def _role(self, name: str, user: str, database: str, port: int) -> secretsmanager.Secret:
        fields = {"username": user, "dbname": database, "port": str(port)}
        return generated_secret(self, name, key=self.data_key, frame=self.frame, length=40, fields=fields)

    def _key(self, name: str, purpose: str) -> kms.Key:
        return kms.Key(
            self,
            name,
            description=f"premium {self.frame.stage}: {purpose}",
            enable_key_rotation=True,
            removal_policy=self.frame.store_removal,
        )
