"""Make the turns of a plan, with clients of AWS."""

from __future__ import annotations

import boto3

from premium.rotation.databases import OneRole, Server, TwoRoles
from premium.rotation.kept import Kept
from premium.rotation.origin import Origin
from premium.rotation.plan import DatabasePart, OriginPart, Plan, RedisPart
from premium.rotation.redis import Token
from premium.rotation.turn import Step, Turn
from premium.storage.aws import client_config
from premium.storage.secrets import secrets_manager


def turns_of(plan: Plan, step: Step) -> list[Turn]:
    """Return the turns, the administrators' last: they change everybody else's."""
    manager = secrets_manager()

    def kept(arn: str) -> Kept:
        return Kept(manager, arn)

    servers = {part.name: Server(kept(part.admin), part.host) for part in plan.databases}
    turns: list[Turn] = [
        TwoRoles(
            f"{part.name}.{purpose.name}",
            servers[part.name],
            kept(purpose.connection),
            (kept(purpose.roles[0]), kept(purpose.roles[1])),
            step,
        )
        for part in plan.databases
        for purpose in part.purposes
    ]
    if plan.redis:
        turns.append(_token(plan.redis, kept(plan.redis.auth), kept(plan.redis.connection), step))
    if plan.origin:
        turns.append(_origin(plan.origin, kept(plan.origin.secret), step))
    for part in plan.databases:
        turns += _alone(part, servers[part.name], kept(part.owner), step)
    return turns


def _alone(part: DatabasePart, server: Server, owner: Kept, step: Step) -> list[Turn]:
    return [
        OneRole(f"{part.name}.owner", server, owner, step),
        OneRole(f"{part.name}.admin", server, server.admin, step),
    ]


def _token(part: RedisPart, auth: Kept, connection: Kept, step: Step) -> Token:
    return Token(part.group, boto3.client("elasticache", config=client_config()), auth, connection, step)


def _origin(part: OriginPart, kept: Kept, step: Step) -> Origin:
    return Origin(part.distribution, part.header, boto3.client("cloudfront", config=client_config()), kept, step)
