"""Whether a stage stands somewhere: its zones, its ways to AWS, and what it borrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdk_app.stage_config import StageConfig


def check_placed(config: StageConfig) -> None:
    """Raise ValueError where zones, ways out or lent parts do not fit together."""
    if not 2 <= len(config.zones) <= 3:
        raise ValueError(f"stage {config.name} names {len(config.zones)} availability zones; two or three are needed")
    strange = [zone for zone in config.zones if not zone.startswith(config.region)]
    if strange:
        raise ValueError(f"availability zone {strange[0]} is not in {config.region}")
    if config.endpoint_zones == 1:
        raise ValueError("endpoint_zones is 1: with that zone the whole stage would lose AWS; say 0, 2 or 3")
    if config.endpoint_zones == 0 and config.nat_gateways == 0:
        raise ValueError("neither endpoint_zones nor nat_gateways: nothing would reach AWS")
    lent = config.existing
    if lent.vpc_id and not (len(lent.private_subnets) == len(lent.isolated_subnets) == len(config.zones)):
        raise ValueError("existing.vpc_id needs one private and one isolated subnet for each availability zone")
    for name in ("redis", "replica"):
        secret, group = getattr(lent, f"{name}_secret"), getattr(lent, f"{name}_security_group")
        if bool(secret) != bool(group):
            raise ValueError(f"existing.{name}_secret and existing.{name}_security_group go together")
    if bool(lent.http_api_id) != bool(lent.http_api_endpoint):
        raise ValueError("existing.http_api_id and existing.http_api_endpoint go together")
