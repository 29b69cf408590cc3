"""The worker fleet: one Fargate service a class of workers."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as images
from constructs import Construct

from stacks.constructs.access.groups import Groups
from stacks.constructs.access.provision import Provisions, give_all
from stacks.constructs.tasks.built_image import built_image
from stacks.constructs.tasks.fargate_task import FargateTask, TaskSize, plain_cluster
from stacks.constructs.tasks.shell import Shell
from stacks.constructs.tasks.worker_service import WorkerService
from stacks.constructs.watch.metrics import BUSINESS
from stacks.terms.classes import OPERATOR_NEEDS, classes
from stacks.terms.frame import Frame, PremiumStack
from stacks.terms.model import Fleet


class WorkersStack(PremiumStack):
    """The stack of the fleet: `services` by queue.

    `resident` tasks of a class run even where nothing waits. `operator` is the task of an operator's command.
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
        shell: bool,
    ) -> None:
        super().__init__(scope, "workers", frame=frame, description="Premium: worker fleet")
        image = built_image(self, "Image", frame=frame, directory=image_directory)
        self.shell = Shell(self, "Shell", frame=frame) if shell else None
        self.cluster = plain_cluster(self, "Cluster", vpc=vpc, shell=self.shell.configuration if self.shell else None)
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
                shell=self.shell,
            )
            for queue in classes()
        }
        self.operator = self._operator(image, provisions)
        self.operator.started_by_hand(cluster=self.cluster, vpc=vpc, group=groups.workers)

    def _operator(self, image: images.DockerImageAsset, provisions: Provisions) -> FargateTask:
        """Make the task of `make operate`; nothing starts it by itself."""
        task = FargateTask(
            self,
            "Operator",
            frame=self.frame,
            image=image,
            size=TaskSize(cpu=512, memory=1024),
            command=("python", "-m", "premium.cli", "queues", "list"),
        )
        fixed = {"PREMIUM_STAGE": self.frame.stage, "LOG_LEVEL": "WARNING", "SERVICE_NAME": "operator"}
        fixed |= {"POWERTOOLS_SERVICE_NAME": "operator", "POWERTOOLS_METRICS_NAMESPACE": BUSINESS}
        task.run_with({**fixed, **self.frame.settings} | give_all(provisions, OPERATOR_NEEDS, task.task_role))
        return task
