"""Declare the room of operators' switches."""

from __future__ import annotations

from premium.manifest import Command, Place, Service

SERVICE = Service(
    name="switches",
    title="Users, rules and destinations that operators switched off",
    tables=("operator_switches",),
    states="premium.switches.service.states",
    commands=(
        Command(name="destinations", text="Switch destinations of notices off and on."),
        Command(name="rules", text="Switch rules of alerts off and on."),
        Command(name="users", text="Switch users off and on."),
    ),
    places=(
        Place(
            store="premium",
            name="operator_switches",
            user="",
            exported=False,
            erases="premium.switches.service.forget",
        ),
    ),
)
