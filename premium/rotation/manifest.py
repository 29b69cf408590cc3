"""Declare the rotation's setting and command."""

from __future__ import annotations

from pydantic import Field

from premium.manifest import Command, Service, ServiceSettings


class RotationSettings(ServiceSettings):
    """What the task of a stage rotates."""

    rotation_plan: str | None = Field(
        default=None, description="JSON of what a stage rotates: names and ARNs, given to the rotation's task alone"
    )


SERVICE = Service(
    name="rotation",
    title="Passwords of our own",
    settings=RotationSettings,
    commands=(Command(name="rotation", text="Passwords of databases, Redis and the edge: change them all."),),
)
"""Declare the room."""
