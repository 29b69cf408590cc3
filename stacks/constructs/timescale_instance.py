"""TimescaleDB on an EC2 instance of our own.

A volume that outlives it, PgBouncer, WAL archive, recovery by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aws_cdk import CfnCreationPolicy, CfnResourceSignal, Duration, RemovalPolicy, Size, Stack, Tags
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as images
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.alarms import description
from stacks.constructs.backups import BACKED_UP
from stacks.constructs.bucket import private_bucket
from stacks.constructs.findings import acknowledge
from stacks.constructs.groups import BOUNCER_PORT, TIMESERIES_PORT, Groups
from stacks.constructs.resource import resource
from stacks.constructs.wildcard import wildcard
from stacks.frame import Frame
from stacks.model import Timescale

_BOOT = Path(__file__).with_name("timescale_boot.sh")
_IMAGE = Path(__file__).parent.parent / "images" / "timescale"
_SESSION = (
    "ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
)  # fmt: skip
_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")


class TimescaleInstance(Construct):
    """`instance`, its data `volume` and `archive`; `host` is its private address' name."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        size: Timescale,
        vpc: ec2.IVpc,
        zone: str,
        groups: Groups,
        key: kms.IKey,
        access_logs: s3.IBucket,
        secrets: Mapping[str, secretsmanager.ISecret],
    ) -> None:
        super().__init__(scope, name)
        self._frame, self._size, self._key, self._secrets = frame, size, key, secrets
        self.archive = private_bucket(self, "Archive", frame=frame, key=key, logs=access_logs)
        self.log_group = logs.LogGroup(
            self, "Logs", retention=frame.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        self.image = images.DockerImageAsset(self, "Image", directory=str(_IMAGE), platform=images.Platform.LINUX_ARM64)
        self.role = self._role()
        self.volume = self._volume(zone)
        self.instance = self._instance(vpc, zone, groups)
        self.host = self.instance.instance_private_dns_name
        self._attach()
        self._boot()
        self.recovery = self._recover()

    def _volume(self, zone: str) -> ec2.Volume:
        volume = ec2.Volume(
            self,
            "Data",
            availability_zone=zone,
            size=Size.gibibytes(self._size.storage),
            volume_type=ec2.EbsDeviceVolumeType.GP3,
            encrypted=True,
            encryption_key=self._key,
            removal_policy=self._frame.removal_policy,
        )
        if self._size.snapshots:
            Tags.of(volume).add(*BACKED_UP)
        return volume

    def _instance(self, vpc: ec2.IVpc, zone: str, groups: Groups) -> ec2.Instance:
        parameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
        root = ec2.BlockDeviceVolume.ebs(30, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3, kms_key=self._key)
        return ec2.Instance(
            self,
            "Instance",
            instance_type=ec2.InstanceType(self._size.instance),
            machine_image=ec2.MachineImage.from_ssm_parameter(parameter, user_data=ec2.UserData.for_linux()),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED, availability_zones=[zone]),
            security_group=groups.timeseries,
            role=self.role,
            require_imdsv2=True,
            detailed_monitoring=True,
            ebs_optimized=True,
            disable_api_termination=self._frame.prod,
            block_devices=[ec2.BlockDevice(device_name="/dev/xvda", volume=root)],
        )

    def _attach(self) -> None:
        ec2.CfnVolumeAttachment(
            self,
            "Attachment",
            device="/dev/sdf",
            instance_id=self.instance.instance_id,
            volume_id=self.volume.volume_id,
        )
        named = {"CloudFormation-Validate::W3010": "volume and instance must share a zone, so the stage names it"}
        acknowledge(self.volume, named)
        acknowledge(self.instance, named)
        if not self._frame.prod:
            reason = f"{self._frame.stage}'s data is on a volume of its own: the instance may go at any time"
            acknowledge(self.instance, {"AwsSolutions-EC29": reason})

    def _boot(self) -> None:
        """The stack waits for the server: migrations come next."""
        made = resource(self.instance, ec2.CfnInstance)
        made.cfn_options.creation_policy = CfnCreationPolicy(
            resource_signal=CfnResourceSignal(count=1, timeout="PT20M")
        )
        script = _BOOT.read_text()
        for name, value in self._values(Stack.of(self).get_logical_id(made)).items():
            script = script.replace(f"@{name}@", value)
        self.instance.add_user_data(script.removeprefix("#!/bin/bash\n"))

    def _values(self, logical_id: str) -> dict[str, str]:
        stack = Stack.of(self)
        return {
            "IMAGE": self.image.image_uri,
            "REGION": stack.region,
            "STACK": stack.stack_name,
            "RESOURCE": logical_id,
            "HOST": "timeseries",
            "BUCKET": self.archive.bucket_name,
            "LOG_GROUP": self.log_group.log_group_name,
            "PORT": str(TIMESERIES_PORT),
            "BOUNCER_PORT": str(BOUNCER_PORT),
            "MAX_CONNECTIONS": "100",
            "FULL_BACKUPS": "4" if self._frame.prod else "1",
            **{f"{name.upper()}_SECRET": secret.secret_arn for name, secret in self._secrets.items()},
        }

    def _role(self) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"))
        self.log_group.grant_write(role)
        arns = [secret.secret_arn for secret in self._secrets.values()]
        role.add_to_policy(iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=arns))
        role.add_to_policy(iam.PolicyStatement(actions=[*_PULL], resources=[self.image.repository.repository_arn]))
        self._key.grant(role, "kms:Decrypt", "kms:GenerateDataKey")
        self._grant_archive(role)
        wildcard(self, "Session", role, _SESSION, "Session Manager's channels have no resources; it replaces SSH")
        token = ("ecr:GetAuthorizationToken",)
        wildcard(self, "Token", role, token, "a registry token is the account's, not a repository's")
        return role

    def _grant_archive(self, role: iam.Role) -> None:
        objects = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        role.add_to_policy(
            iam.PolicyStatement(actions=objects, resources=[self.archive.arn_for_objects("timeseries/*")])
        )
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.archive.bucket_arn]))
        logical_id = Stack.of(self).get_logical_id(resource(self.archive, s3.CfnBucket))
        finding = f"AwsSolutions-IAM5[Resource::<{logical_id}.Arn>/timeseries/*]"
        acknowledge(role, {finding: "pgBackRest names the objects of its archive itself"})

    def _recover(self) -> cloudwatch.Alarm:
        """Moves the instance to sound hardware, with its address and its volume."""
        metric = cloudwatch.Metric(
            namespace="AWS/EC2",
            metric_name="StatusCheckFailed_System",
            dimensions_map={"InstanceId": self.instance.instance_id},
            statistic="Maximum",
            period=Duration.minutes(1),
        )
        text = "the TimescaleDB instance's hardware fails; EC2 moves it"
        alarm = metric.create_alarm(
            self,
            "Recovery",
            threshold=1,
            evaluation_periods=2,
            alarm_description=description("info", text, "platform", "TimeseriesDown"),
        )
        alarm.add_alarm_action(actions.Ec2Action(actions.Ec2InstanceAction.RECOVER))
        return alarm
