"""TimescaleDB on an EC2 instance of our own.

What must last outlives it: the data on a volume, the address on a network interface, the backups in a bucket.
"""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration, Fn, Size, Stack, Tags
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.groups import Groups
from stacks.constructs.stores.backups import BACKED_UP
from stacks.constructs.stores.bucket import private_bucket
from stacks.constructs.timescale.pinned_image import PinnedImage
from stacks.constructs.timescale.timescale_boot import TimescaleBoot
from stacks.constructs.timescale.timescale_role import TimescaleRole
from stacks.constructs.watch.alarms import description
from stacks.terms.frame import Frame
from stacks.terms.model import Timescale


class TimescaleInstance(Construct):
    """`host` is its lasting address; `volume` and `archive` hold the data.

    `instance` is None while the stage's `timescale.running` is false: the way to another instance.
    """

    instance: ec2.CfnInstance | None = None

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        size: Timescale,
        subnet: ec2.ISubnet,
        groups: Groups,
        key: kms.IKey,
        access_logs: s3.IBucket,
        admin: secretsmanager.ISecret,
    ) -> None:
        super().__init__(scope, name)
        self._frame, self._size, self._key = frame, size, key
        self.archive = private_bucket(self, "Archive", frame=frame, key=key, logs=access_logs)
        self.volume = self._volume(subnet.availability_zone)
        self.address = ec2.CfnNetworkInterface(
            self,
            "Address",
            subnet_id=subnet.subnet_id,
            group_set=[groups.timeseries.security_group_id],
            description="premium: TimescaleDB, whichever instance serves it",
        )
        self.host = self.address.attr_primary_private_ip_address
        self.boot = self._boot(admin)
        self.image = size.machine_image or PinnedImage(self, "Machine", frame=frame, renewed=size.renewed).image_id
        self.role = TimescaleRole(self, "Role", key=key, archive=self.archive, admin=admin, boot=self.boot)
        if size.running:
            self.instance = self._instance()
            self._attach(self.instance)
            self._recover(self.instance)

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
        reason = "volume and instance must share a zone, so the stage names it"
        acknowledge(volume, {"CloudFormation-Validate::W3010": reason})
        return volume

    def _boot(self, admin: secretsmanager.ISecret) -> TimescaleBoot:
        identity = Fn.join("", Fn.split("-", self.volume.volume_id))
        values: Mapping[str, str] = {
            "DEVICE": f"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{identity}",
            "BUCKET": self.archive.bucket_name,
            "ADMIN_SECRET": admin.secret_arn,
            "BACKUP_DAYS": "28" if self._frame.prod else "7",
        }
        size = self._size
        also = f"{size.instance} {size.machine_image or size.renewed}"
        return TimescaleBoot(self, "Boot", frame=self._frame, values=values, also=also)

    def _instance(self) -> ec2.CfnInstance:
        disk = ec2.CfnInstance.EbsProperty(
            volume_size=16,  # the system, Docker and one image: data stand on a volume of their own
            volume_type="gp3",
            encrypted=True,
            kms_key_id=self._key.key_arn,
        )
        instance = ec2.CfnInstance(
            self,
            "Instance",
            instance_type=self._size.instance,
            image_id=self.image,
            network_interfaces=[
                ec2.CfnInstance.NetworkInterfaceProperty(device_index="0", network_interface_id=self.address.attr_id)
            ],
            iam_instance_profile=self.role.profile.ref,
            metadata_options=ec2.CfnInstance.MetadataOptionsProperty(
                http_tokens="required", http_endpoint="enabled", http_put_response_hop_limit=1
            ),
            monitoring=self._frame.prod,  # by the minute costs seven metrics; five minutes do elsewhere
            ebs_optimized=True,
            disable_api_termination=self._frame.prod,
            block_device_mappings=[ec2.CfnInstance.BlockDeviceMappingProperty(device_name="/dev/xvda", ebs=disk)],
            user_data=Fn.base64(self.boot.user_data),
        )
        Tags.of(instance).add("Name", Stack.of(self).stack_name)
        instance.node.add_dependency(self.role)
        if not self._frame.prod:
            reason = f"{self._frame.stage}'s data is on a volume of its own: the instance may go at any time"
            slow = (
                "metrics each five minutes; by the minute they cost seven metrics, and the host's own log tells sooner"
            )
            acknowledge(instance, {"AwsSolutions-EC29": reason, "AwsSolutions-EC28": slow})
        CfnOutput(self, "Id", value=instance.ref).override_logical_id("HostInstance")
        return instance

    def _attach(self, instance: ec2.CfnInstance) -> None:
        attachment = ec2.CfnVolumeAttachment(
            self, "Attachment", device="/dev/sdf", instance_id=instance.ref, volume_id=self.volume.volume_id
        )
        self.boot.awaited_by(attachment)

    def _recover(self, instance: ec2.CfnInstance) -> None:
        """Moves the instance to sound hardware, with its address and its volume."""
        metric = cloudwatch.Metric(
            namespace="AWS/EC2",
            metric_name="StatusCheckFailed_System",
            dimensions_map={"InstanceId": instance.ref},
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
