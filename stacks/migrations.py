"""Bring both databases up to date in the deployment, before new code."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge, wildcard_finding
from stacks.constructs.access.groups import Groups
from stacks.constructs.access.resource import resource
from stacks.constructs.functions.async_failures import keep_failed_calls
from stacks.constructs.functions.inline_code import inline
from stacks.constructs.stores.queue_with_dlq import event_dead_letters
from stacks.constructs.tasks.built_image import built_image
from stacks.constructs.tasks.fargate_task import FargateTask, TaskSize, plain_cluster
from stacks.constructs.watch.log_group import log_group
from stacks.data import DataStack
from stacks.security import SecurityStack
from stacks.terms.frame import Frame, PremiumStack
from stacks.timeseries import TimeseriesStack

_ROLES = ("Owner", "App", "Worker", "AppAlternate", "WorkerAlternate")


class MigrationsStack(PremiumStack):
    """Run `python -m migrations up` when the image changes.

    A failure stops the deploy. Calls of the runner that failed thrice are in `dead_letters`.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        frame: Frame,
        vpc: ec2.IVpc,
        groups: Groups,
        image_directory: str,
        security: SecurityStack,
        data: DataStack,
        timeseries: TimeseriesStack,
    ) -> None:
        super().__init__(scope, "migrations", frame=frame, description="Premium: schema of both databases")
        self._vpc, self._groups, self._key = vpc, groups, security.data_key
        self.image = image = built_image(self, "Image", frame=frame, directory=image_directory)
        self.cluster = plain_cluster(self, "Cluster", vpc=vpc)
        self.task = FargateTask(
            self,
            "Task",
            frame=frame,
            image=image,
            size=TaskSize(cpu=512, memory=1024),
            command=("python", "-m", "migrations", "up"),
        )
        self.task.run_with(self._environment(security, data, timeseries))
        self.runner = self._runner()
        self.dead_letters = event_dead_letters(self, "DeadLetters", key=security.message_key)
        kept = keep_failed_calls(self, self.runner, role=self._runner_role, queue=self.dead_letters)
        CustomResource(
            self,
            "Applied",
            service_token=self.runner.function_arn,
            resource_type="Custom::Migrations",
            service_timeout=Duration.hours(1),
            properties={"Image": image.asset_hash},
        ).node.add_dependency(self.task, kept)

    def _environment(self, security: SecurityStack, data: DataStack, timeseries: TimeseriesStack) -> dict[str, str]:
        environment = {"PREMIUM_STAGE": self.frame.stage, "SERVICE_NAME": "migrations", "LOG_LEVEL": "INFO"}
        if data.database:
            host = data.database.instance.db_instance_endpoint_address
            environment |= self._database("MIGRATION_DATABASE", "Database", host, security)
            environment["MIGRATION_DATABASE_SSLMODE"] = "verify-full"
        if timeseries.server:
            environment |= self._database("MIGRATION_TIMESERIES", "Timeseries", timeseries.server, security)
        else:  # somebody else's server: its roles are made there
            environment["MIGRATION_TIMESERIES_SECRET_ARN"] = timeseries.owner.secret_arn
            self._may_read(timeseries.owner)
        return environment

    def _database(self, prefix: str, name: str, host: str, security: SecurityStack) -> dict[str, str]:
        """The server's own address: a migration needs a session, which a pooler does not give."""
        admin, roles = security.secrets[f"{name}Admin"], [security.secrets[f"{name}{role}"] for role in _ROLES]
        self._may_read(admin, *roles)
        return {
            f"{prefix}_SECRET_ARN": roles[0].secret_arn,
            f"{prefix}_HOST": host,
            f"{prefix}_ADMIN_SECRET_ARN": admin.secret_arn,
            f"{prefix}_ADMIN_HOST": host,
            f"{prefix}_ROLE_SECRET_ARNS": ",".join(role.secret_arn for role in roles),
        }

    def _may_read(self, *secrets: secretsmanager.ISecret) -> None:
        arns = [secret.secret_arn for secret in secrets]
        statement = iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=arns)
        self.task.task_role.add_to_policy(statement)
        self._key.grant(self.task.task_role, "kms:Decrypt")

    def _runner(self) -> lambda_.Function:
        group = log_group(self, "RunnerLogs", frame=self.frame)
        self._runner_role = role = iam.Role(self, "RunnerRole", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        group.grant_write(role)
        subnets = self._vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS)
        function = lambda_.Function(
            self,
            "Runner",
            code=inline("run_task"),
            handler="index.handler",
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            timeout=Duration.minutes(14),
            memory_size=256,
            role=role,
            log_group=group,
            environment={
                "CLUSTER": self.cluster.cluster_arn,
                "TASK": self.task.definition.task_definition_arn,
                "SUBNETS": ",".join(subnets.subnet_ids),
                "SECURITY_GROUP": self._groups.migrations.security_group_id,
            },
        )
        resource(function, lambda_.CfnFunction).tracing_config = lambda_.CfnFunction.TracingConfigProperty(
            mode="PassThrough"
        )
        self._may_run(role, function)
        return function

    def _may_run(self, role: iam.Role, function: lambda_.Function) -> None:
        """Allow this one task, and itself once more for a long migration."""
        definition = self.task.definition
        tasks = self.format_arn(service="ecs", resource="task", resource_name=f"{self.cluster.cluster_name}/*")
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:RunTask"], resources=[definition.task_definition_arn]))
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:DescribeTasks"], resources=[tasks]))
        roles = [self.task.task_role.role_arn, self.task.execution_role.role_arn]
        role.add_to_policy(iam.PolicyStatement(actions=["iam:PassRole"], resources=roles))
        again = iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn])
        iam.Policy(self, "Again", roles=[role], statements=[again])
        acknowledge(role, wildcard_finding(self, tasks, "a task's id is made when it starts"))
