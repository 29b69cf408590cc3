"""Describe what a stage has to rotate.

Its stacks tell it to the task that does it: names and ARNs, no secret.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Purpose(Part):
    """Two roles that take turns, and the secret that processes read."""

    name: str
    connection: str
    roles: tuple[str, str]


class DatabasePart(Part):
    """A database's administrator, its own address, the owner, and the purposes."""

    name: Literal["database", "timeseries"]
    host: str
    admin: str
    owner: str
    purposes: tuple[Purpose, ...]


class RedisPart(Part):
    """A replication group and its two secrets."""

    group: str
    auth: str
    connection: str


class OriginPart(Part):
    """A distribution, and the header that it sends."""

    distribution: str
    header: str
    secret: str


class Plan(Part):
    """Everything of a stage; what is lent or somebody else's is not in it."""

    databases: tuple[DatabasePart, ...] = ()
    redis: RedisPart | None = None
    origin: OriginPart | None = None
    settle_seconds: float = Field(default=360, ge=0, le=3600)
    """How long processes may go on with what they have read: five minutes, and one more."""
