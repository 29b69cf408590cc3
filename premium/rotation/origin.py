"""The header by which the edge proves itself: functions take two values while it changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from premium.errors import UpstreamUnavailable
from premium.rotation.databases import NOTICED
from premium.rotation.kept import STAMP, Kept
from premium.rotation.turn import Step, new_password
from premium.storage.aws import translated

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

PATIENCE = 1800.0
"""Seconds that CloudFront may take to tell its locations."""
LENGTH = 48
_COMING, _PREVIOUS = "coming", "previous"


@dataclass(frozen=True)
class Origin:
    """The header of a distribution.

    The secret's `value` is what it sends, `previous` is taken as well.
    """

    distribution: str
    header: str
    client: CloudFrontClient
    kept: Kept
    step: Step
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    name: str = "origin"

    def prepare(self, rotation: str) -> None:
        """Let the functions take a new value beside the one in use."""
        fields = self.kept.fields()
        if rotation not in (fields.get(STAMP), fields.get(_COMING)):
            self.step("origin: propose")
            coming = {_PREVIOUS: new_password(LENGTH), _COMING: rotation, NOTICED: str(self.clock())}
            self.kept.put({**fields, **coming})

    def switch(self, rotation: str) -> None:
        """Let the edge send the new value."""
        fields = self.kept.fields()
        if fields.get(STAMP) != rotation:
            self.step("origin: exchange")
            kept = {name: value for name, value in fields.items() if name != _COMING}
            new = {"value": fields[_PREVIOUS], _PREVIOUS: fields["value"], STAMP: rotation}
            fields = {**kept, **new, NOTICED: str(self.clock())}
            self.kept.put(fields)
        self._send(fields["value"])

    def retire(self, rotation: str) -> None:  # noqa: ARG002 - every turn is told it
        """Let the functions take the new value alone."""
        fields = self.kept.fields()
        if _PREVIOUS in fields:
            self.step("origin: drop the old one")
            self.kept.put({name: value for name, value in fields.items() if name != _PREVIOUS})

    def stamps(self) -> Iterable[str]:
        """Return the rotation of the value in use, and of the one that comes."""
        return [*self.kept.stamps(), self.kept.fields().get(_COMING, "")]

    def noticed(self) -> float:
        """Return when the functions were last told something."""
        return float(self.kept.fields().get(NOTICED, 0))

    def finished(self, rotation: str) -> bool:
        """Return whether the value is of this rotation and no other is taken."""
        return self.kept.stamp() == rotation and _PREVIOUS not in self.kept.fields()

    def _send(self, value: str) -> None:
        with translated("CloudFront"):
            found = self.client.get_distribution_config(Id=self.distribution)
        config = found["DistributionConfig"]
        headers = [each for each in self._headers(config) if each["HeaderValue"] != value]
        if headers:
            for each in headers:
                each["HeaderValue"] = value
            self.step("origin: send")
            with translated("CloudFront"):
                self.client.update_distribution(Id=self.distribution, IfMatch=found["ETag"], DistributionConfig=config)
        self._wait()

    def _headers(self, config: Any) -> list[Any]:
        origins = config["Origins"]["Items"]
        every = [each for origin in origins for each in origin.get("CustomHeaders", {}).get("Items", ())]
        found = [each for each in every if each["HeaderName"].lower() == self.header.lower()]
        if not found:
            raise UpstreamUnavailable(f"the distribution {self.distribution} sends no {self.header}")
        return found

    def _wait(self) -> None:
        end = self.clock() + PATIENCE
        while self._status() != "Deployed":
            if self.clock() > end:
                raise UpstreamUnavailable(f"the distribution {self.distribution} is not deployed yet: go on later")
            self.sleep(10)

    def _status(self) -> str:
        with translated("CloudFront"):
            return self.client.get_distribution(Id=self.distribution)["Distribution"]["Status"]
