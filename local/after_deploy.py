"""Restore the settings of a template that the emulator drops.

Two that the platform relies on are set by its API after each deploy: the time to live of DynamoDB's tables, and the
CORS rules of the HTTP API. Both are read from the templates.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local import stacks
from local.clients import Clients


def mend(clients: Clients, assembly: Path) -> None:
    for table in stacks.resources(clients, "AWS::DynamoDB::Table"):
        _time_to_live(clients, table.physical_id, _properties(assembly, table).get("TimeToLiveSpecification"))
    for table in stacks.resources(clients, "AWS::DynamoDB::GlobalTable"):
        _time_to_live(clients, table.physical_id, _properties(assembly, table).get("TimeToLiveSpecification"))
    for api in stacks.resources(clients, "AWS::ApiGatewayV2::Api"):
        _cors(clients, api.physical_id, _properties(assembly, api).get("CorsConfiguration"))


def _properties(assembly: Path, resource: stacks.Resource) -> dict[str, Any]:
    return dict(stacks.template(assembly, resource))


def _time_to_live(clients: Clients, table: str, wanted: dict[str, Any] | None) -> None:
    if not wanted or not wanted.get("Enabled"):
        return
    now = clients.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if now.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        clients.dynamodb.update_time_to_live(
            TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": str(wanted["AttributeName"])}
        )


def _cors(clients: Clients, api: str, wanted: dict[str, Any] | None) -> None:
    if not wanted or clients.apigateway.get_api(ApiId=api).get("CorsConfiguration"):
        return
    clients.apigateway.update_api(
        ApiId=api,
        CorsConfiguration={
            "AllowCredentials": bool(wanted.get("AllowCredentials", False)),
            "AllowHeaders": list(wanted.get("AllowHeaders", [])),
            "AllowMethods": list(wanted.get("AllowMethods", [])),
            "AllowOrigins": list(wanted.get("AllowOrigins", [])),
            "ExposeHeaders": list(wanted.get("ExposeHeaders", [])),
            "MaxAge": int(wanted.get("MaxAge", 0)),
        },
    )
