"""Keys, secrets, trail, flow logs, deploy role and operators' groups of a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from aws_cdk import CfnOutput
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.connections import connection, output_of, publish
from stacks.constructs.access.deploy_role import DeployRole
from stacks.constructs.access.findings import wildcard_finding
from stacks.constructs.access.groups import POSTGRES_PORT, TIMESERIES_PORT
from stacks.constructs.access.operators import Operators
from stacks.constructs.access.provision import Provision, adding, metrics_provision
from stacks.constructs.access.secret import generated_secret, provided_secret
from stacks.constructs.access.service_roles import ServiceRoles
from stacks.constructs.watch.audit_trail import AuditTrail
from stacks.constructs.watch.log_group import let_logs_use, let_trail_use, log_group
from stacks.terms.frame import EDGE_REGION, Frame, PremiumStack
from stacks.terms.functions import provided_secrets

# Database roles: (secret, user, database, server's port); the migrations make the roles with these passwords.
_ROLES = tuple(
    (f"{prefix}{role}", f"premium_{user}", database, port)
    for prefix, database, port in (
        ("Database", "premium", POSTGRES_PORT),
        ("Timeseries", "timeseries", TIMESERIES_PORT),
    )
    for role, user in (
        ("Admin", "admin"),
        ("Owner", "owner"),
        ("App", "app"),
        ("AppAlternate", "app_alternate"),
        ("Worker", "worker"),
        ("WorkerAlternate", "worker_alternate"),
    )
)
_JWT = "What the free platform's tokens are checked with: the free platform issues it"
# Services that put messages into our encrypted queues and topics by themselves.
_SENDERS = ("events", "cloudwatch", "sns", "budgets", "costalerts")


class SecurityStack(PremiumStack):
    """The stack of keys and secrets, these by name in `secrets`.

    `data_key` encrypts stores, `message_key` queues and topics (their services may use it), `log_key` logs, those
    of the flows of `vpc` too.
    """

    def __init__(self, scope: Construct, *, frame: Frame, repository: str | None, vpc: ec2.IVpc | None = None) -> None:
        super().__init__(scope, "security", frame=frame, description="Premium: keys, secrets, trail, operators")
        self.data_key = self._key("DataKey", "databases, tables, buckets and secrets")
        self.message_key = self._key("MessageKey", "queues and topics")
        for service in _SENDERS:
            self.message_key.grant(
                iam.ServicePrincipal(f"{service}.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey"
            )
        self.log_key = self._log_key() if frame.abilities.account_services else None
        self.secrets = self._secrets()
        publish(self, {"Jwt": self.secrets["Jwt"]})
        self._declared = self._provide_declared()
        if self.log_key:
            AuditTrail(self, "Trail", frame=frame, key=self.log_key)
            ServiceRoles(self, "ServiceRoles", frame=replace(frame, log_key=self.log_key))
            Operators(self, "Operators", prod=frame.prod)
            if vpc:
                self._flow_logs(vpc, self.log_key)
            if repository:
                DeployRole(self, "Deploy", frame=frame, repository=repository)

    def provisions(self) -> dict[str, Provision]:
        """Return what reads secrets: `jwt` checks tokens, `origin` proves the edge, `cursors` and `sessions` sign.

        Services' secrets go by the variables of their manifests.
        """
        return {
            "jwt": connection("JWT_SECRET_ARN", self.secrets["Jwt"], self.data_key),
            "origin": connection("ORIGIN_SECRET_ARN", self.secrets["Origin"], self.data_key),
            "sessions": connection("SESSION_SECRET_ARN", self.secrets["Sessions"], self.data_key),
            "credentials": connection("CREDENTIAL_SECRET_ARN", self.secrets["Credentials"], self.data_key),
            "cursors": connection("CURSOR_SECRET_ARN", self.secrets["Cursors"], self.data_key),
            "mail": self._mail(),
            "metrics": metrics_provision(),
            **{name: connection(name, secret, self.data_key) for name, secret in self._declared.items()},
        }

    def _mail(self) -> Provision:
        """Return the right to send mail as an identity of this account.

        A secret of the sender's says as which.
        """
        identities = self.format_arn(service="ses", resource="identity", resource_name="*")
        statement = iam.PolicyStatement(actions=["ses:SendEmail"], resources=[identities])
        reason = "which identity sends is an operator's choice, in the secret of the providers"
        return Provision({}, adding(statement), wildcard_finding(self, identities, reason))

    def _provide_declared(self) -> Mapping[str, secretsmanager.Secret]:
        """Make the secrets of all manifests; return them by their variables.

        Outputs name their ARNs, as those of the others.
        """
        made = {secret.variable: self._provided(secret.name, secret.text) for secret in provided_secrets()}
        for variable, secret in made.items():
            CfnOutput(self, output_of(variable), value=secret.secret_arn)
        return made

    def _provided(self, name: str, text: str) -> secretsmanager.Secret:
        return provided_secret(self, name, text=text, key=self.data_key, frame=self.frame)

    def _secrets(self) -> Mapping[str, secretsmanager.Secret]:
        key, frame = self.data_key, self.frame
        return {
            **{name: self._role(name, user, database, port) for name, user, database, port in _ROLES},
            "RedisAuth": generated_secret(self, "RedisAuth", key=key, frame=frame, length=64),
            "Origin": self._origin(),
            "Cursors": generated_secret(self, "Cursors", key=key, frame=frame, length=48, field="value"),
            "Sessions": generated_secret(self, "Sessions", key=key, frame=frame, length=64, field="value"),
            "Credentials": generated_secret(self, "Credentials", key=key, frame=frame, length=64, field="value"),
            "Jwt": self._provided("Jwt", _JWT),
        }

    def _origin(self) -> secretsmanager.Secret:
        """Return what the edge proves itself with; its region resolves secrets of its own alone."""
        replica = EDGE_REGION if self.frame.cross_region else None
        frame = self.frame
        return generated_secret(
            self, "Origin", key=self.data_key, frame=frame, length=48, field="value", replica=replica
        )

    def _role(self, name: str, user: str, database: str, port: int) -> secretsmanager.Secret:
        fields = {"username": user, "dbname": database, "port": str(port)}
        return generated_secret(self, name, key=self.data_key, frame=self.frame, length=40, fields=fields)

    def _flow_logs(self, vpc: ec2.IVpc, key: kms.IKey) -> None:
        """Log who spoke with whom in the stage's own VPC; here, since the network comes before the key."""
        group = log_group(self, "FlowLogs", frame=self.frame, key=key)
        ec2.FlowLog(
            self,
            "Flow",
            resource_type=ec2.FlowLogResourceType.from_vpc(vpc),
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(group),
        )

    def _log_key(self) -> kms.Key:
        key = self._key("LogKey", "log groups and the trail")
        let_logs_use(key)
        let_trail_use(key)
        return key

    def _key(self, name: str, purpose: str) -> kms.Key:
        return kms.Key(
            self,
            name,
            description=f"premium {self.frame.stage}: {purpose}",
            enable_key_rotation=True,
            removal_policy=self.frame.store_removal,
        )
