"""Show what a task prints, from CloudWatch Logs, to its last line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

CONTAINER = "Process"
QUIET_READS = 3
"""How often nothing new must be there once a task has stopped.

Lines come some seconds after they were printed.
"""
QUIET_SECONDS = 2.0


class TaskOutput:
    """The stream of one task's container, read on from where it was read to."""

    def __init__(
        self,
        logs: CloudWatchLogsClient,
        group: str,
        task: str,
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None],
    ) -> None:
        self._logs, self._group, self._say, self._sleep = logs, group, say, sleep
        self._stream = f"premium/{CONTAINER}/{task.rpartition('/')[2]}"
        self._token: str | None = None

    def show(self) -> int:
        """Print all lines that are new and return their number.

        The stream is there once the task has said something; its end is a token that does not change.
        """
        shown = 0
        while True:
            more: Any = {"nextToken": self._token} if self._token else {}
            try:
                page = self._logs.get_log_events(
                    logGroupName=self._group, logStreamName=self._stream, startFromHead=True, **more
                )
            except self._logs.exceptions.ResourceNotFoundException:
                return shown
            for event in page["events"]:
                self._say(event["message"])
            shown += len(page["events"])
            if page["nextForwardToken"] == self._token:
                return shown
            self._token = page["nextForwardToken"]

    def to_the_end(self) -> None:
        """Print what a task that has stopped still says, until nothing comes any more."""
        quiet = 0
        while quiet < QUIET_READS:
            quiet = 0 if self.show() else quiet + 1
            if quiet < QUIET_READS:
                self._sleep(QUIET_SECONDS)
