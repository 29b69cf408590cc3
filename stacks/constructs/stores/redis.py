"""Redis 7 on ElastiCache, cluster mode off: TLS, AUTH, encrypted.

It refuses writes rather than forget a queued job.
"""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.groups import REDIS_PORT, Groups
from stacks.terms.frame import Frame
from stacks.terms.model import Redis


class PremiumRedis(Construct):
    """The replication group: `group` and its primary's `host`.

    A replica in another zone takes over where the stage has one.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        size: Redis,
        vpc: ec2.IVpc,
        groups: Groups,
        key: kms.IKey,
        auth: secretsmanager.ISecret,
    ) -> None:
        super().__init__(scope, name)
        self.group = elasticache.CfnReplicationGroup(
            self,
            "Group",
            replication_group_description=f"premium {frame.stage}: queues, limits, caches",
            engine="redis",
            engine_version="7.1",
            cache_node_type=f"cache.{size.node}",
            num_cache_clusters=2 if size.replica else 1,
            automatic_failover_enabled=size.replica,
            multi_az_enabled=size.replica,
            cluster_mode="disabled",
            port=REDIS_PORT,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            at_rest_encryption_enabled=True,
            kms_key_id=key.key_arn,
            auth_token=auth.secret_value_from_json("password").unsafe_unwrap(),
            cache_parameter_group_name=self._parameters().ref,
            cache_subnet_group_name=self._subnets(vpc).ref,
            security_group_ids=[groups.redis.security_group_id],
            snapshot_retention_limit=7,
            auto_minor_version_upgrade=True,
        )
        self.group.apply_removal_policy(frame.removal_policy)
        self.host = self.group.attr_primary_end_point_address
        if not size.replica:
            reason = f"{frame.stage} has one node: what Redis holds is rebuilt by the sweeper"
            acknowledge(self.group, {"AwsSolutions-AEC4": reason})

    def _parameters(self) -> elasticache.CfnParameterGroup:
        return elasticache.CfnParameterGroup(
            self,
            "Parameters",
            cache_parameter_group_family="redis7",
            description="premium: queues live here, so nothing is evicted",
            properties={"maxmemory-policy": "noeviction"},
        )

    def _subnets(self, vpc: ec2.IVpc) -> elasticache.CfnSubnetGroup:
        isolated = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)
        return elasticache.CfnSubnetGroup(
            self, "Subnets", description="premium: database subnets", subnet_ids=isolated.subnet_ids
        )
