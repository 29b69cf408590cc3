"""The network: a VPC, ours or lent, its endpoints and security groups."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.groups import Groups
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.model import Existing

CIDR = "10.0.0.0/16"
PRIVATE = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
ISOLATED = ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)

_SUBNETS = (
    ("public", ec2.SubnetType.PUBLIC, 24),
    ("private", ec2.SubnetType.PRIVATE_WITH_EGRESS, 20),
    ("database", ec2.SubnetType.PRIVATE_ISOLATED, 24),
)
# What functions, workers and the TimescaleDB instance reach without leaving the VPC, where a stage pays for it: for an
# hour of each in each zone. Nothing inside calls KMS or SNS, and SQS hears a few messages a
# second, which go through the NAT gateways.
_SERVICES = {
    "SecretsManager": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
    "EcrApi": ec2.InterfaceVpcEndpointAwsService.ECR,
    "EcrDocker": ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
    "Ssm": ec2.InterfaceVpcEndpointAwsService.SSM,
    "SsmMessages": ec2.InterfaceVpcEndpointAwsService.SSM_MESSAGES,
}


class NetworkStack(PremiumStack):
    """`vpc` and `groups` by role; endpoints only where the VPC is ours.

    Its flows are logged by stacks/security.py. `server_subnet` is for a server of our own, which has to reach AWS's
    services.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        zones: tuple[str, ...],
        nat_gateways: int,
        endpoint_zones: int,
        existing: Existing,
    ) -> None:
        super().__init__(scope, "network", frame=frame, description="Premium: VPC, endpoints, security groups")
        self.vpc = self._lent(existing, zones) if existing.vpc_id else self._own(zones, nat_gateways)
        self.groups = Groups(self, "Groups", vpc=self.vpc)
        self.server_subnet = self._server_subnet(zones[0], endpoints=endpoint_zones > 0 and not existing.vpc_id)
        self._reach_lent(existing)
        if not existing.vpc_id:
            self._endpoints(zones[:endpoint_zones])

    def _lent(self, existing: Existing, zones: tuple[str, ...]) -> ec2.IVpc:
        lent = ec2.Vpc.from_vpc_attributes(
            self,
            "Vpc",
            vpc_id=existing.vpc_id or "",
            availability_zones=list(zones),
            private_subnet_ids=list(existing.private_subnets),
            isolated_subnet_ids=list(existing.isolated_subnets),
        )
        for subnet in (*lent.private_subnets, *lent.isolated_subnets):
            reason = "the lender routes its subnets: nothing of ours asks for their tables"
            acknowledge(subnet, {"Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId": reason})
        return lent

    def _server_subnet(self, zone: str, *, endpoints: bool) -> ec2.ISubnet:
        """Return a subnet from which our endpoints are reached, or else one with a way out.

        A lent VPC's isolated subnets lead nowhere, and endpoints of ours might clash with its own.
        """
        kind = ec2.SubnetType.PRIVATE_ISOLATED if endpoints else ec2.SubnetType.PRIVATE_WITH_EGRESS
        return self.vpc.select_subnets(subnet_type=kind, availability_zones=[zone]).subnets[0]

    def _own(self, zones: tuple[str, ...], nat_gateways: int) -> ec2.Vpc:
        own = ec2.Vpc(
            self,
            "Vpc",
            ip_addresses=ec2.IpAddresses.cidr(CIDR),
            availability_zones=list(zones),
            nat_gateways=nat_gateways,
            restrict_default_security_group=False,  # it would need a Lambda; nothing of ours uses that group
            subnet_configuration=[
                ec2.SubnetConfiguration(name=name, subnet_type=kind, cidr_mask=mask) for name, kind, mask in _SUBNETS
            ],
        )
        acknowledge(own, {"AwsSolutions-VPC7": "its flows are logged by the stack that has the key of logs"})
        return own

    def _reach_lent(self, existing: Existing) -> None:
        """Open the free platform's Redis and replica to our callers.

        By rules of ours on its groups.
        """
        lent = (
            ("LentRedis", existing.redis_security_group, existing.redis_port),
            ("LentReplica", existing.replica_security_group, existing.replica_port),
        )
        for name, group_id, port in lent:
            if group_id:
                group = ec2.SecurityGroup.from_security_group_id(self, name, group_id)
                for caller in (self.groups.functions, self.groups.workers):
                    group.connections.allow_from(caller, ec2.Port.tcp(port))

    def _endpoints(self, zones: tuple[str, ...]) -> None:
        self.vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
        self.vpc.add_gateway_endpoint("DynamoDb", service=ec2.GatewayVpcEndpointAwsService.DYNAMODB)
        for name, service in _SERVICES.items() if zones else ():
            self.vpc.add_interface_endpoint(
                name,
                service=service,
                subnets=ec2.SubnetSelection(
                    subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, availability_zones=[*zones]
                ),
                security_groups=[self.groups.endpoints],
                open=False,
            )
