"""The token of Redis: ElastiCache takes a second one beside it, then it alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from redis import Redis
from redis.exceptions import AuthenticationError

from premium.errors import UpstreamUnavailable
from premium.rotation.databases import NOTICED, PATIENCE
from premium.rotation.kept import STAMP, Fields, Kept
from premium.rotation.turn import Step
from premium.storage.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_elasticache import ElastiCacheClient

TOKEN = 64
_ALONE = "alone"
"""The field that says of which rotation the token is the only one."""


@dataclass(frozen=True)
class Token:
    """The token; `auth` holds it for CloudFormation, `connection` is what the processes read."""

    group: str
    client: ElastiCacheClient
    auth: Kept
    connection: Kept
    step: Step
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    name: str = "redis"

    def prepare(self, rotation: str) -> None:
        """Let Redis take a new token beside the one in use."""
        if self.connection.stamp() == rotation:
            return
        token = self._token(rotation)
        if not self._accepted(token):
            self._modify(token, "ROTATE")
            self._wait("taken", lambda: self._accepted(token))

    def switch(self, rotation: str) -> None:
        """Tell the processes the new token."""
        if self.connection.stamp() != rotation:
            self.step("redis: tell")
            told = {"password": self._token(rotation), STAMP: rotation, NOTICED: str(self.clock())}
            self.connection.put({**self.connection.fields(), **told})
        if self.auth.stamp() != rotation:
            self.step("redis: promote")
            self.auth.promote()

    def retire(self, rotation: str) -> None:
        """Let Redis take the new token alone."""
        fields = self.auth.fields()
        if fields.get(_ALONE) != rotation:
            self._modify(fields["password"], "SET")
            self.step("redis: note that it is alone")
            self.auth.put({**fields, _ALONE: rotation})

    def stamps(self) -> Iterable[str]:
        """Return the rotations of both secrets."""
        return [*self.connection.stamps(), *self.auth.stamps()]

    def noticed(self) -> float:
        """Return when the processes were last told another token."""
        return float(self.connection.fields().get(NOTICED, 0))

    def finished(self, rotation: str) -> bool:
        """Return whether the processes have this rotation's token and Redis takes no other."""
        return self.connection.stamp() == rotation and self.auth.fields().get(_ALONE) == rotation

    def _token(self, rotation: str) -> str:
        fields = self.auth.fields()
        if fields.get(STAMP) != rotation:
            fields = self.auth.proposal(rotation, lambda what: self.step(f"redis: {what}"), TOKEN)
        return fields["password"]

    def _modify(self, token: str, strategy: Literal["ROTATE", "SET"]) -> None:
        self._wait("available", self._available)
        self.step(f"redis: {strategy}")
        with translated("ElastiCache"):
            self.client.modify_replication_group(
                ReplicationGroupId=self.group,
                AuthToken=token,
                AuthTokenUpdateStrategy=strategy,
                ApplyImmediately=True,
            )
        self._wait("available", self._available)

    def _available(self) -> bool:
        with translated("ElastiCache"):
            groups = self.client.describe_replication_groups(ReplicationGroupId=self.group)["ReplicationGroups"]
        return groups[0].get("Status") == "available"

    def _accepted(self, token: str) -> bool:
        fields = self.connection.fields()
        with _client(fields, token) as client:
            try:
                return bool(client.ping())
            except AuthenticationError:
                return False

    def _wait(self, what: str, until: Callable[[], bool]) -> None:
        end = self.clock() + PATIENCE
        while not until():
            if self.clock() > end:
                raise UpstreamUnavailable(f"the replication group {self.group} is not {what} after {PATIENCE:.0f} s")
            self.sleep(2)


def _client(fields: Fields, token: str) -> Redis:
    tls = fields.get("tls", "true") == "true"
    return Redis(host=fields["host"], port=int(fields["port"]), password=token, ssl=tls, socket_timeout=5)
