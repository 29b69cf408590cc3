"""The premium database on RDS, with its proxy and its reader.

Encrypted, TLS forced, seven days of point-in-time recovery.
"""

from __future__ import annotations

import hashlib

from aws_cdk import Duration, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.groups import POSTGRES_PORT, PROXY_PORT, Groups
from stacks.terms.frame import Frame
from stacks.terms.model import POSTGRES_VERSION, Postgres

_ENGINE = rds.DatabaseInstanceEngine.postgres(
    version=rds.PostgresEngineVersion.of(POSTGRES_VERSION, POSTGRES_VERSION.partition(".")[0])
)
_ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
_MEASURED = Duration.minutes(1)
_PARAMETERS = {
    "rds.force_ssl": "1",
    "ssl_min_protocol_version": "TLSv1.2",
    "password_encryption": "scram-sha-256",
    "log_connections": "1",
    "log_disconnections": "1",
    "log_min_duration_statement": "500",
    "rds.log_retention_period": "10080",
    "idle_in_transaction_session_timeout": "60000",
    "statement_timeout": "30000",
}


class PremiumDatabase(Construct):
    """The database: `instance`, and the `host` and `port` that processes connect to.

    The proxy's where there is one.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        size: Postgres,
        vpc: ec2.IVpc,
        groups: Groups,
        key: kms.IKey,
        admin: secretsmanager.ISecret,
        roles: list[secretsmanager.ISecret],
    ) -> None:
        super().__init__(scope, name)
        self._frame, self._size, self._vpc, self._groups, self._key = frame, size, vpc, groups, key
        self._group = self._fixed_group()
        self._monitor = self._monitoring() if frame.prod else None
        self.instance = self._instance(admin)
        self.reader = self._reader() if size.read_replica else None
        self.proxy = self._proxy([admin, *roles]) if size.proxy else None
        self.host = self.proxy.endpoint if self.proxy else self.instance.db_instance_endpoint_address
        self.port = PROXY_PORT if self.proxy else POSTGRES_PORT
        self._acknowledge()

    def _instance(self, admin: secretsmanager.ISecret) -> rds.DatabaseInstance:
        size = self._size
        return rds.DatabaseInstance(
            self,
            "Instance",
            engine=_ENGINE,
            instance_type=ec2.InstanceType(size.instance),
            credentials=rds.Credentials.from_password("premium_admin", admin.secret_value_from_json("password")),
            database_name="premium",
            port=POSTGRES_PORT,
            vpc=self._vpc,
            vpc_subnets=_ISOLATED,
            security_groups=[self._group],
            publicly_accessible=False,
            multi_az=size.multi_az,
            storage_type=rds.StorageType.GP3,
            allocated_storage=size.storage,
            max_allocated_storage=size.max_storage,
            storage_encrypted=True,
            storage_encryption_key=self._key,
            parameter_group=self._parameters(),
            ca_certificate=rds.CaCertificate.RDS_CA_RSA2048_G1,
            backup_retention=Duration.days(7),
            delete_automated_backups=self._frame.removal == "destroy",
            copy_tags_to_snapshot=True,
            enable_performance_insights=True,
            performance_insight_encryption_key=self._key,
            monitoring_interval=_MEASURED if self._monitor else None,
            monitoring_role=self._monitor,
            auto_minor_version_upgrade=True,
            deletion_protection=size.deletion_protection,
            removal_policy=self._frame.removal_policy,
        )

    def _monitoring(self) -> iam.Role:
        """Let RDS write what it measures inside the machine: processes, memory, disk, each minute."""
        service = "service-role/AmazonRDSEnhancedMonitoringRole"
        role = iam.Role(
            self,
            "MonitoringRole",
            assumed_by=iam.ServicePrincipal("monitoring.rds.amazonaws.com"),
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(service)],
        )
        finding = f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{service}]"
        acknowledge(role, {finding: "RDS's own policy for enhanced monitoring: it writes one log group of its own"})
        return role

    def _fixed_group(self) -> ec2.ISecurityGroup:
        """Return the database's group so that nothing adds rules to it.

        They are the Network stack's: the proxy would add one there that names the instance, upwards.
        """
        return ec2.SecurityGroup.from_security_group_id(
            self, "Group", self._groups.database.security_group_id, mutable=False
        )

    def _parameters(self) -> rds.ParameterGroup:
        parameters = _PARAMETERS | {"max_connections": str(self._size.max_connections)}
        return rds.ParameterGroup(self, "Parameters", engine=_ENGINE, parameters=parameters)

    def _reader(self) -> rds.DatabaseInstanceReadReplica:
        return rds.DatabaseInstanceReadReplica(
            self,
            "Reader",
            source_database_instance=self.instance,
            instance_type=ec2.InstanceType(self._size.instance),
            port=POSTGRES_PORT,
            vpc=self._vpc,
            vpc_subnets=_ISOLATED,
            security_groups=[self._group],
            publicly_accessible=False,
            enable_performance_insights=True,
            performance_insight_encryption_key=self._key,
            auto_minor_version_upgrade=True,
            deletion_protection=self._size.deletion_protection,
            multi_az=True,
            removal_policy=self._frame.removal_policy,
        )

    def _proxy(self, users: list[secretsmanager.ISecret]) -> rds.DatabaseProxy:
        """Make the proxy for these users, the administrator first.

        The others' roles are made by the migrations, which come later: without a user that can sign in the target would
        not become available, and the deployment would wait for it in vain.
        """
        role = iam.Role(self, "PoolRole", assumed_by=iam.ServicePrincipal("rds.amazonaws.com"))
        self._key.grant(role, "kms:Decrypt")
        # By ARN: given the secrets themselves, the library would write the role into their key's policy, upwards.
        secrets = [
            secretsmanager.Secret.from_secret_complete_arn(self, f"Role{number}", secret.secret_arn)
            for number, secret in enumerate(users)
        ]
        return rds.DatabaseProxy(
            self,
            "Pool",
            db_proxy_name=self._pool_name(),
            role=role,
            proxy_target=rds.ProxyTarget.from_instance(self.instance),
            secrets=secrets,
            vpc=self._vpc,
            vpc_subnets=_ISOLATED,
            security_groups=[self._groups.proxy],
            client_password_auth_type=rds.ClientPasswordAuthType.POSTGRES_SCRAM_SHA_256,
            require_tls=True,
            idle_client_timeout=Duration.minutes(10),
            max_connections_percent=90,
        )

    def _pool_name(self) -> str:
        """Return a name, which AWS asks for, that changes with what replaces the proxy: its subnets.

        CloudFormation makes the new one before it takes the old one away, and two cannot have one name.
        """
        place = [self._vpc.node.path, *self._vpc.availability_zones]
        lent = [subnet.subnet_id for subnet in self._vpc.isolated_subnets if not Token.is_unresolved(subnet.subnet_id)]
        return f"premium-{self._frame.stage}-{hashlib.sha256(repr([*place, *lent]).encode()).hexdigest()[:8]}"

    def _acknowledge(self) -> None:
        findings = {}
        if not self._size.multi_az:
            findings["AwsSolutions-RDS3"] = f"{self._frame.stage} may be down for a restore; its database is rebuilt"
        if not self._size.deletion_protection:
            findings["AwsSolutions-RDS10"] = f"{self._frame.stage} is thrown away and made again"
        acknowledge(self.instance, findings)
        if self.reader:
            inherited = "a reader has its source's encryption, engine and port; the rule looks at resources alone"
            acknowledge(self.reader, {"AwsSolutions-RDS2": inherited, "AwsSolutions-RDS11": inherited})
