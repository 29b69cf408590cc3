"""One class of workers on Fargate, scaled on its backlog.

From zero where allowed; it drains before it goes.
"""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_applicationautoscaling as autoscaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr_assets as images
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk.aws_cloudwatch_actions import ApplicationScalingAction
from constructs import Construct

from stacks.constructs.access.findings import acknowledge, wildcard_finding
from stacks.constructs.access.provision import Provisions, give_all
from stacks.constructs.tasks.fargate_task import FargateTask, TaskSize
from stacks.constructs.tasks.shell import Shell
from stacks.constructs.watch.metrics import BUSINESS
from stacks.terms.classes import QueueClass
from stacks.terms.frame import Frame
from stacks.terms.model import Fleet

QUIET = 10  # minutes
_PROTECTION = ("ecs:GetTaskProtection", "ecs:UpdateTaskProtection")


class WorkerService(Construct):
    """The ECS service of a class, its task and its `backlog` metric.

    It is scaled on (queued + started) / max(running, 1).
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        frame: Frame,
        cluster: ecs.Cluster,
        group: ec2.ISecurityGroup,
        image: images.DockerImageAsset,
        fleet: Fleet,
        queue: QueueClass,
        least: int,
        provisions: Provisions,
        shell: Shell | None,
    ) -> None:
        super().__init__(scope, name)
        self.queue, self._cluster, self._shell = queue, cluster, shell
        self.task = self._task(frame, image, fleet, provisions)
        self.service = self._service(group)
        self.backlog = cloudwatch.Metric(
            namespace=BUSINESS,
            metric_name="Backlog",
            dimensions_map={"Queue": queue.name},
            statistic="Maximum",
            period=Duration.minutes(1),
        )
        self._scale(fleet, least)

    def _task(self, frame: Frame, image: images.DockerImageAsset, fleet: Fleet, provisions: Provisions) -> FargateTask:
        task = FargateTask(
            self,
            "Task",
            frame=frame,
            image=image,
            size=_size(fleet, self.queue.name),
            command=self.queue.command,
            shell=self._shell is not None,
        )
        name = f"worker-{self.queue.name}"
        fixed = {"PREMIUM_STAGE": frame.stage, "LOG_LEVEL": "INFO", "SERVICE_NAME": name}
        fixed |= {"POWERTOOLS_SERVICE_NAME": name, "POWERTOOLS_METRICS_NAMESPACE": BUSINESS}
        task.run_with({**fixed, **frame.settings} | give_all(provisions, self.queue.given, task.task_role))
        self._protect(task.task_role)
        if self._shell:
            self._shell.allow(task, task.task_role)
        return task

    def _protect(self, role: iam.Role) -> None:
        """Let a task ask that neither scaling nor a deploy stops its job."""
        stack = Stack.of(self)
        tasks = stack.format_arn(service="ecs", resource="task", resource_name=f"{self._cluster.cluster_name}/*")
        role.add_to_policy(iam.PolicyStatement(actions=list(_PROTECTION), resources=[tasks]))
        acknowledge(role, wildcard_finding(stack, tasks, "a task protects itself; its id is made when it starts"))

    def _service(self, group: ec2.ISecurityGroup) -> ecs.FargateService:
        """Make the service without a number of tasks: a release would set a fleet back that has scaled out."""
        return ecs.FargateService(
            self,
            "Service",
            cluster=self._cluster,
            task_definition=self.task.definition,
            min_healthy_percent=100,
            max_healthy_percent=200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            security_groups=[group],
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            assign_public_ip=False,
            enable_execute_command=self._shell is not None,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )

    def _scale(self, fleet: Fleet, least: int) -> None:
        """Scale by steps: up by as many tasks as the backlog needs, at once.

        A task goes after ten quiet minutes, and so does the next. Every five minutes the floor is asserted: ECS starts
        a new service with one task, and a floor that is raised moves nothing by itself.
        """
        count = self.service.auto_scale_task_count(min_capacity=least, max_capacity=self.queue.tasks(fleet, least))
        count.scale_on_metric(
            "Backlog",
            metric=self.backlog,
            adjustment_type=autoscaling.AdjustmentType.CHANGE_IN_CAPACITY,
            scaling_steps=[
                autoscaling.ScalingInterval(lower=1, upper=10, change=1),
                autoscaling.ScalingInterval(lower=10, upper=50, change=2),
                autoscaling.ScalingInterval(lower=50, change=4),
            ],
            cooldown=Duration.minutes(2),
            evaluation_periods=1,
        )
        self._shrink(count)
        if least:
            every = autoscaling.Schedule.rate(Duration.minutes(5))
            count.scale_on_schedule("Floor", schedule=every, min_capacity=least)

    def _shrink(self, count: ecs.ScalableTaskCount) -> None:
        """Take a task away when nothing waited or ran for `QUIET` minutes."""
        action = autoscaling.StepScalingAction(
            self,
            "Shrink",
            scaling_target=count,
            adjustment_type=autoscaling.AdjustmentType.CHANGE_IN_CAPACITY,
            cooldown=Duration.minutes(QUIET),
        )
        action.add_adjustment(upper_bound=0, adjustment=-1)
        alarm = cloudwatch.Alarm(
            self,
            "Quiet",
            metric=self.backlog,
            threshold=0,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=QUIET,
            alarm_description=f"{self.queue.name}: nothing waits or runs; a task goes",
        )
        alarm.add_alarm_action(ApplicationScalingAction(action))


def _size(fleet: Fleet, name: str) -> TaskSize:
    return TaskSize(cpu=fleet.cpu, memory=fleet.memory * (2 if name in fleet.large else 1))
