"""Keys and secrets of a stage, and on AWS the trail, the deploy role and the operators' groups."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.connections import connection, publish
from stacks.constructs.provision import Provision
from stacks.constructs.secret import generated_secret, provided_secret
from stacks.frame import Frame, PremiumStack

# Database roles: (secret, user, database); the migrations make the roles with the passwords generated here.
_ROLES = (
    ("DatabaseOwner", "premium_owner", "premium"),
    ("DatabaseApp", "premium_app", "premium"),
    ("DatabaseWorker", "premium_worker", "premium"),
    ("TimeseriesOwner", "premium_owner", "timeseries"),
    ("TimeseriesApp", "premium_app", "timeseries"),
    ("TimeseriesWorker", "premium_worker", "timeseries"),
)
_PROVIDED = ("Jwt", "StripeWebhook", "PaddleWebhook", "OrderlyWebhook", "YourPropFirmWebhook", "Providers")


class SecurityStack(PremiumStack):
    """`secrets` by name; `data_key` encrypts stores, `message_key` queues and topics (their services may use it)."""

    def __init__(self, scope: Construct, *, frame: Frame) -> None:
        super().__init__(scope, "security", frame=frame, description="Premium: keys, secrets, trail, operators")
        self.data_key = self._key("DataKey", "databases, tables, buckets and secrets")
        self.message_key = self._key("MessageKey", "queues and topics")
        self.secrets: Mapping[str, secretsmanager.Secret] = {
            **{name: self._role_secret(name, user, database) for name, user, database in _ROLES},
            "RedisAuth": generated_secret(self, "RedisAuth", key=self.data_key, frame=frame, length=64),
            **{name: provided_secret(self, name, key=self.data_key, frame=frame) for name in _PROVIDED},
        }
        publish(self, {"Jwt": self.secrets["Jwt"]})

    @property
    def jwt(self) -> Provision:
        """What verifies a token: read by the authorizer, the login and the stream."""
        return connection("JWT_SECRET_ARN", self.secrets["Jwt"], self.data_key)

    def _key(self, name: str, purpose: str) -> kms.Key:
        return kms.Key(
            self,
            name,
            description=f"premium {self.frame.stage}: {purpose}",
            enable_key_rotation=True,
            removal_policy=self.frame.store_removal,
        )

    def _role_secret(self, name: str, user: str, database: str) -> secretsmanager.Secret:
        fields = {"username": user, "dbname": database}
        return generated_secret(self, name, key=self.data_key, frame=self.frame, length=40, fields=fields)
