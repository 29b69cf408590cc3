"""The worker fleet: one Fargate service a class of workers."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as images
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from stacks.classes import classes
from stacks.constructs.groups import Groups
from stacks.constructs.provision import Provisions
from stacks.constructs.worker_service import WorkerService
from stacks.frame import Frame, PremiumStack
from stacks.model import Fleet


class WorkersStack(PremiumStack):
    """The stack of the fleet: `services` by queue.

    `resident` tasks of a class run even where nothing waits.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        vpc: ec2.IVpc,
        groups: Groups,
        fleet: Fleet,
        resident: Mapping[str, int],
        image_directory: str,
        provisions: Provisions,
    ) -> None:
        super().__init__(scope, "workers", frame=frame, description="Premium: worker fleet")
        image = images.DockerImageAsset(self, "Image", directory=image_directory, platform=images.Platform.LINUX_ARM64)
        self.cluster = ecs.Cluster(self, "Cluster", vpc=vpc, container_insights_v2=ecs.ContainerInsights.ENABLED)
        self.services = {
            queue.name: WorkerService(
                self,
                f"{queue.name.capitalize()}Queue",
                frame=frame,
                cluster=self.cluster,
                group=groups.workers,
                image=image,
                fleet=fleet,
                queue=queue,
                least=max(fleet.minimum, resident.get(queue.name, 0)),
                provisions=provisions,
            )
            for queue in classes()
        }
