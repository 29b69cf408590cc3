"""A Fargate task of the worker image: its roles, its log group, its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as images
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.constructs.access.wildcard import wildcard
from stacks.constructs.watch.log_group import log_group
from stacks.terms.frame import Frame

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")
STOP = Duration.seconds(120)  # the most that Fargate grants; workers drain in 110 s


def plain_cluster(
    scope: Construct, name: str, *, vpc: ec2.IVpc, shell: ecs.ExecuteCommandConfiguration | None = None
) -> ecs.Cluster:
    """Make a cluster without Container Insights; `shell` says where shells in its tasks are logged.

    Dashboards and alarms read ECS's own metrics and ours of the queues; Insights adds a hundred, $0.30 each.
    """
    made = ecs.Cluster(
        scope,
        name,
        vpc=vpc,
        container_insights_v2=ecs.ContainerInsights.DISABLED,
        execute_command_configuration=shell,
    )
    reason = "ECS's own metrics and ours of the queues are what is looked at; Insights is a hundred metrics more"
    acknowledge(made, {"AwsSolutions-ECS4": reason})
    return made


@dataclass(frozen=True)
class TaskSize:
    """CPU units and MiB."""

    cpu: int
    memory: int


class FargateTask(Construct):
    """A task of the worker image: not root, a read-only root, arm64.

    `definition`, `task_role` (give it what the code needs) and `log_group`. With `shell` the root can be written: the
    agent of ECS Exec needs it (AWS documents no other way).
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        image: images.DockerImageAsset,
        size: TaskSize,
        command: Sequence[str],
        shell: bool = False,
    ) -> None:
        super().__init__(scope, name)
        self._shell = shell
        self.log_group = log_group(self, "Logs", frame=frame)
        self.task_role = iam.Role(self, "TaskRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        self._image, self._command = image, command
        self.execution_role = self._execution_role()
        self.definition = ecs.FargateTaskDefinition(
            self,
            "Definition",
            cpu=size.cpu,
            memory_limit_mib=size.memory,
            task_role=self.task_role.without_policy_updates(),
            execution_role=self.execution_role.without_policy_updates(),
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            volumes=[ecs.Volume(name="tmp")],
        )

    def run_with(self, environment: Mapping[str, str]) -> None:
        """Add the container, once its role has been given what makes the environment."""
        container = self.definition.add_container(
            "Process",
            image=ecs.ContainerImage.from_docker_image_asset(self._image),
            command=list(self._command),
            environment=dict(environment),
            logging=ecs.LogDrivers.aws_logs(stream_prefix="premium", log_group=self.log_group),
            readonly_root_filesystem=not self._shell,
            linux_parameters=self._reaper(),
            user="10001",
            stop_timeout=STOP,
        )
        container.add_mount_points(ecs.MountPoint(container_path="/tmp", source_volume="tmp", read_only=False))  # noqa: S108 - the container's own scratch
        names = ", ".join(sorted(environment))
        acknowledge(self.definition, {"AwsSolutions-ECS2": f"ARNs, names and levels, never a secret: {names}"})

    def _reaper(self) -> ecs.LinuxParameters | None:
        """Return an init process that ends what a shell leaves behind."""
        return ecs.LinuxParameters(self, "Linux", init_process_enabled=True) if self._shell else None

    def started_by_hand(self, *, cluster: ecs.ICluster, vpc: ec2.IVpc, group: ec2.ISecurityGroup) -> None:
        """Say in the stack's outputs how an operator runs this task: `cdk_app/account/stage_task.py` reads them."""
        subnets = vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS).subnet_ids
        said = {
            "Cluster": cluster.cluster_arn,
            "Definition": self.definition.task_definition_arn,
            "Subnets": ",".join(subnets),
            "SecurityGroup": group.security_group_id,
            "LogGroup": self.log_group.log_group_name,
        }
        for name, value in said.items():
            CfnOutput(self, f"Output{name}", value=value).override_logical_id(name)

    def _execution_role(self) -> iam.Role:
        """Give only what starting this container takes: its image and its log group."""
        role = iam.Role(self, "ExecutionRole", assumed_by=iam.ServicePrincipal("ecs-tasks.amazonaws.com"))
        self.log_group.grant_write(role)
        repository = self._image.repository.repository_arn
        role.add_to_policy(iam.PolicyStatement(actions=[*_PULL], resources=[repository]))
        reason = "a registry token is the account's, not a repository's"
        wildcard(self, "Token", role, ("ecr:GetAuthorizationToken",), reason)
        return role
