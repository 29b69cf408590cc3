"""Check that an account has the zones of a stage, and sells its sizes there."""

from __future__ import annotations

from cdk_app.account.findings import Client, Finding
from cdk_app.stage_config import StageConfig
from stacks.terms.model import POSTGRES_VERSION

WITHOUT_PROXY = frozenset({"use1-az3"})
"""Zones, by their ids, without RDS Proxy; their names differ from account to account."""


def availability_zones(config: StageConfig, client: Client) -> Finding:
    """Say which zone of the stage is missing, or has no RDS Proxy."""
    answer = client("ec2", config.region).describe_availability_zones()["AvailabilityZones"]
    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in answer if zone["State"] == "available"}
    wrong = [f"{config.region} lacks {zone}" for zone in config.zones if zone not in ids]
    wrong += [f"{zone} is {ids[zone]}" for zone in config.zones if ids.get(zone) in WITHOUT_PROXY]
    fit = sorted(name for name, zone in ids.items() if zone not in WITHOUT_PROXY)
    remedy = f"set `zones` to two or three of {', '.join(fit)}"
    return Finding("availability zones", not wrong, ", ".join(wrong) or "there", remedy)


def sizes(config: StageConfig, client: Client) -> Finding | None:
    """Say which size of a server is not sold in its place."""
    wrong, zone = [], config.zones[0]
    if config.timescale and not config.timescale.external:
        asked = {"instance-type": config.timescale.instance, "location": zone}
        filters = [{"Name": name, "Values": [value]} for name, value in asked.items()]
        sold = client("ec2", config.region).describe_instance_type_offerings(
            LocationType="availability-zone", Filters=filters
        )
        wrong += [] if sold["InstanceTypeOfferings"] else [f"{config.timescale.instance} in {zone}"]
    if config.postgres:
        name = f"db.{config.postgres.instance}"
        sold = client("rds", config.region).describe_orderable_db_instance_options(
            Engine="postgres", EngineVersion=POSTGRES_VERSION, DBInstanceClass=name, Vpc=True
        )
        wrong += [] if sold["OrderableDBInstanceOptions"] else [f"{name} with PostgreSQL {POSTGRES_VERSION}"]
    seen = f"not sold here: {', '.join(wrong)}" if wrong else "sold"
    return Finding("sizes", not wrong, seen, "name others in `timescale` and `postgres`, or other `zones`")
