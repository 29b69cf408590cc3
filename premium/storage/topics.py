"""SNS topics: tell other systems what happened, at least once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from premium.storage.aws import client_config, translated

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef


class Topic:
    """One topic; UpstreamUnavailable where SNS cannot be reached."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    @cached_property
    def _client(self) -> SNSClient:
        import boto3

        return boto3.client("sns", config=client_config())

    def publish(self, message: Mapping[str, Any], **attributes: str) -> None:
        """Send a JSON message; `attributes` are what subscribers filter by."""
        named: dict[str, MessageAttributeValueTypeDef] = {
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        }
        with translated("SNS"):
            self._client.publish(TopicArn=self._arn, Message=json.dumps(message, default=str), MessageAttributes=named)
