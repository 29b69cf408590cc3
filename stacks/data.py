"""Stores of data: tables and buckets in every stage, databases and caches on AWS."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import CfnOutput
from aws_cdk import aws_backup as backup
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access import grants
from stacks.constructs.access.connections import connection, database_connection, publish, redis_connection
from stacks.constructs.access.groups import REDIS_PORT, Groups
from stacks.constructs.access.provision import Provision
from stacks.constructs.stores.backups import Backups
from stacks.constructs.stores.bucket import log_bucket, private_bucket, tell_event_bus
from stacks.constructs.stores.postgres import PremiumDatabase
from stacks.constructs.stores.redis import PremiumRedis
from stacks.constructs.stores.table import table
from stacks.security import SecurityStack
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.model import Existing, Postgres, Redis
from stacks.terms.tables import TABLES

_ALL = grants.READ + grants.WRITE
_SEALED_DAYS = 7 * 366
"""As long as the audit trail's own entries of credentials and roles."""


@dataclass(frozen=True)
class Servers:
    """What a stage on AWS runs besides tables and buckets, and where."""

    vpc: ec2.IVpc
    groups: Groups
    postgres: Postgres
    redis: Redis
    existing: Existing


class DataStack(PremiumStack):
    """`tables` by name, `reports`, `exports`, `anchors`, `logs`, `database`, `redis`.

    `provisions` is what processes may be given. Without `servers` (the emulator has none) there are no databases:
    `local` writes this machine's into the secrets.
    """

    database: PremiumDatabase | None = None
    redis: PremiumRedis | None = None
    backups: Backups | None = None

    def __init__(self, scope: Construct, *, frame: Frame, security: SecurityStack, servers: Servers | None) -> None:
        super().__init__(scope, "data", frame=frame, description="Premium: databases, caches, tables, buckets")
        self.key = security.data_key
        self.tables = {
            name: table(self, name, shape, key=self.key, removal=frame.store_removal) for name, shape in TABLES.items()
        }
        self.logs = log_bucket(self, "Logs", frame=frame)
        self.reports = private_bucket(self, "Reports", frame=frame, key=self.key, logs=self.logs, archive_days=90)
        self.exports = private_bucket(self, "Exports", frame=frame, key=self.key, logs=self.logs, expire_days=30)
        tell_event_bus(self.exports)
        self.anchors = private_bucket(
            self, "Anchors", frame=frame, key=self.key, logs=self.logs, locked_days=_SEALED_DAYS
        )
        self._replica = self._lent_replica(servers.existing.replica_secret if servers else None)
        self.connections = self._served(security, servers) if servers else _unserved(security)
        publish(self, self.connections)
        self._outputs()

    def provisions(self) -> dict[str, Provision]:
        """Return what a process of each need is given.

        The audit trail can be appended to and read, never changed.
        """
        reach = self.connections
        return {
            **{name: self._table(name, _ALL) for name in ("jobs", "idempotency", "usage", "connections")},
            "audit": grants.of_table(TABLES["audit"].variable, self.tables["audit"], (), self.key, grants.APPEND),
            "audit_read": self._table("audit", grants.QUERY),
            "connections_sweep": self._table("connections", grants.SWEEP),
            "reports": grants.of_bucket("REPORTS_BUCKET", self.reports, self.key, grants.OBJECTS),
            "exports": grants.of_bucket("EXPORTS_BUCKET", self.exports, self.key, grants.OBJECTS),
            "anchors": grants.of_bucket("ANCHORS_BUCKET", self.anchors, self.key, grants.OBJECTS),
            "erasure": self._erasure(),
            "database": connection("DATABASE_SECRET_ARN", reach["Database"], self.key),
            "worker_database": connection("WORKER_DATABASE_SECRET_ARN", reach["WorkerDatabase"], self.key),
            "redis": connection("REDIS_SECRET_ARN", reach["Redis"], self.key),
            "free_replica": self._replica,
        }

    def _erasure(self) -> Provision:
        """What takes a user's data away, every version of an object too; receipts are listed among the anchors."""
        return grants.together(
            self._table("idempotency", grants.ERASE),
            grants.of_bucket("REPORTS_BUCKET", self.reports, self.key, grants.ERASED_OBJECTS),
            grants.of_bucket("EXPORTS_BUCKET", self.exports, self.key, grants.ERASED_OBJECTS),
            grants.of_listing((self.reports, self.exports, self.anchors), grants.LISTED),
        )

    def _lent_replica(self, lent: str | None) -> Provision:
        """The free platform's users and prices, read-only, where it lends a replica; nothing otherwise."""
        if lent is None:
            return Provision()
        secret = secretsmanager.Secret.from_secret_complete_arn(self, "Replica", lent)
        return Provision({"FREE_REPLICA_SECRET_ARN": secret.secret_arn}, secret.grant_read)

    def worker_provisions(self) -> dict[str, Provision]:
        """The same for workers, whose database role is their own."""
        own = connection("DATABASE_SECRET_ARN", self.connections["WorkerDatabase"], self.key)
        return self.provisions() | {"database": own}

    def _served(self, security: SecurityStack, servers: Servers) -> dict[str, secretsmanager.ISecret]:
        self.database = self._database(security, servers)
        # Tables keep 35 days by themselves, a deleted one too; a copy a day would be a whole one, 35 times over.
        resources = [backup.BackupResource.from_rds_database_instance(self.database.instance)]
        self.backups = Backups(
            self, "Backups", frame=self.frame, key=self.key, message_key=security.message_key, resources=resources
        )
        return {
            "Database": self._role("Database", "premium_app", security.secrets["DatabaseApp"]),
            "WorkerDatabase": self._role("WorkerDatabase", "premium_worker", security.secrets["DatabaseWorker"]),
            "Redis": self._redis(security, servers),
        }

    def _database(self, security: SecurityStack, servers: Servers) -> PremiumDatabase:
        secrets = security.secrets
        return PremiumDatabase(
            self,
            "Premium",
            frame=self.frame,
            size=servers.postgres,
            vpc=servers.vpc,
            groups=servers.groups,
            key=self.key,
            admin=secrets["DatabaseAdmin"],
            roles=[secrets[f"Database{role}"] for role in ("App", "AppAlternate", "Worker", "WorkerAlternate")],
        )

    def _role(self, name: str, user: str, role: secretsmanager.ISecret) -> secretsmanager.ISecret:
        if self.database is None:
            raise ValueError("a connection needs its database")
        return database_connection(
            self,
            f"{name}Connection",
            frame=self.frame,
            key=self.key,
            role=role,
            host=self.database.host,
            port=self.database.port,
            user=user,
            database="premium",
            verified=True,
        )

    def _redis(self, security: SecurityStack, servers: Servers) -> secretsmanager.ISecret:
        existing = servers.existing
        if existing.redis_secret:
            return secretsmanager.Secret.from_secret_complete_arn(self, "RedisConnection", existing.redis_secret)
        auth = security.secrets["RedisAuth"]
        self.redis = PremiumRedis(
            self,
            "Redis",
            frame=self.frame,
            size=servers.redis,
            vpc=servers.vpc,
            groups=servers.groups,
            key=self.key,
            auth=auth,
        )
        host = self.redis.host
        return redis_connection(
            self, "RedisConnection", frame=self.frame, key=self.key, auth=auth, host=host, port=REDIS_PORT
        )

    def _table(self, name: str, actions: tuple[str, ...]) -> Provision:
        shape = TABLES[name]
        indexes = tuple(index.name for index in shape.indexes)
        return grants.of_table(shape.variable, self.tables[name], indexes, self.key, actions)

    def _outputs(self) -> None:
        for name, made in self.tables.items():
            CfnOutput(self, f"{name.capitalize()}Table", value=made.table_name)
        CfnOutput(self, "ReportsBucket", value=self.reports.bucket_name)
        CfnOutput(self, "ExportsBucket", value=self.exports.bucket_name)
        CfnOutput(self, "AnchorsBucket", value=self.anchors.bucket_name)


def _unserved(security: SecurityStack) -> dict[str, secretsmanager.ISecret]:
    secrets = security.secrets
    return {
        "Database": secrets["DatabaseApp"],
        "WorkerDatabase": secrets["DatabaseWorker"],
        "Redis": secrets["RedisAuth"],
    }
