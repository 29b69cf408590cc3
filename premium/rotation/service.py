"""Rotate all passwords of a stage, or go on with a rotation that died."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from premium.config import ConfigurationError
from premium.refusals import reason_of
from premium.rotation.manifest import RotationSettings
from premium.rotation.plan import Plan
from premium.rotation.turn import Step, Turn

if TYPE_CHECKING:
    from premium.bootstrap import Platform


class Rotation:
    """The turns of a stage, in their order.

    Whoever reads a secret finds it valid at any time.

    All new values are made valid first, then told, then the old ones end; between two of these parts the processes have
    time to read their secrets again.
    """

    def __init__(
        self,
        turns: Sequence[Turn],
        *,
        settle_seconds: float,
        step: Step,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._turns, self._settle, self._step = turns, settle_seconds, step
        self._clock, self._sleep = clock, sleep

    @classmethod
    def of(cls, platform: Platform, step: Step) -> Rotation:
        """Return the rotation of the stage that this task is of."""
        from premium.rotation.turns import turns_of  # noqa: PLC0415 - psycopg and boto3, for who rotates alone

        plan = read_plan(platform.settings.of(RotationSettings).rotation_plan)
        return cls(turns_of(plan, step), settle_seconds=plan.settle_seconds, step=step)

    def state(self) -> Mapping[str, bool]:
        """Return for each turn whether it is done in the newest rotation."""
        newest = self._newest()
        return {turn.name: turn.finished(newest) for turn in self._turns}

    def run(self) -> str:
        """Rotate everything and return the rotation's name; one that was begun is ended."""
        rotation = self._unfinished() or datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="seconds")
        for turn in self._turns:
            turn.prepare(rotation)
        self._wait()
        for turn in self._turns:
            turn.switch(rotation)
        self._wait()
        for turn in self._turns:
            turn.retire(rotation)
        return rotation

    def _newest(self) -> str:
        return max((stamp for turn in self._turns for stamp in turn.stamps()), default="")

    def _unfinished(self) -> str:
        newest = self._newest()
        return "" if all(turn.finished(newest) for turn in self._turns) else newest

    def _wait(self) -> None:
        """Wait until what was told last is known everywhere."""
        latest = max((turn.noticed() for turn in self._turns), default=0)
        left = latest + self._settle - self._clock()
        if left > 0:
            self._step(f"wait {left:.0f} s until every process has read its secrets again")
            self._sleep(left)


def read_plan(text: str | None) -> Plan:
    """Return what the environment says; ConfigurationError where it says nothing or something strange."""
    if not text:
        raise ConfigurationError("ROTATION_PLAN is not set: this runs in the stage's own task (make rotate STAGE=…)")
    try:
        return Plan.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ConfigurationError(f"ROTATION_PLAN: {'.'.join(map(str, first['loc']))}: {reason_of(first)}") from None
