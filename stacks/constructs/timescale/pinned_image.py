"""The machine image of a host: looked up once, kept until it is renewed."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.constructs.access.resource import resource
from stacks.constructs.functions.inline_code import inline_function
from stacks.terms.frame import Frame

_LATEST = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-arm64"


class PinnedImage(Construct):
    """`image_id` of Amazon Linux 2023 for arm64, as it was when `renewed` last changed.

    A reference to the public parameter itself would replace the host at the first deploy after each release.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame, renewed: str) -> None:
        super().__init__(scope, name)
        function = self._function(frame)
        pinned = CustomResource(
            self,
            "Pinned",
            service_token=function.function_arn,
            resource_type="Custom::PinnedImage",
            service_timeout=Duration.minutes(5),
            properties={"Parameter": _LATEST, "Renewed": renewed},
        )
        pinned.node.add_dependency(self.role)
        self.image_id = pinned.get_att_string("ImageId")

    def _function(self, frame: Frame) -> lambda_.Function:
        function, self.role = inline_function(self, "pin_image", frame=frame, timeout=Duration.minutes(1))
        stack = Stack.of(self)
        parameter = f"arn:{stack.partition}:ssm:{stack.region}::parameter{_LATEST}"
        self.role.add_to_policy(iam.PolicyStatement(actions=["ssm:GetParameter"], resources=[parameter]))
        resource(function, lambda_.CfnFunction).tracing_config = lambda_.CfnFunction.TracingConfigProperty(
            mode="PassThrough"
        )
        return function
