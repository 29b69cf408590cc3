"""RQ's view of a job, reduced to what this release declares.

Whoever writes Redis names a function, callbacks, webhooks and time-outs. None of it is believed: the function must be
one of a declared kind, and all else follows from that kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from redis import Redis
from redis.exceptions import ResponseError
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import Job
from rq.utils import import_attribute

from premium.jobs.kinds import declared
from premium.jobs.model import JobKind
from premium.observability import logger


class UndeclaredJob(Exception):
    """What stands in Redis is no call of a declared kind's function."""


@cache
def functions() -> Mapping[str, JobKind[Any]]:
    """Return every declared kind by the dotted path of its body."""
    return {kind.function: kind for kind in declared().values()}


class DeclaredJob(Job):
    """A job of a declared kind, called with the id of its record."""

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:  # noqa: A002 - RQ's name
        """Return the job; NoSuchJobError where an entry is no job."""
        try:
            return super().fetch(id, connection, serializer)
        except (ValueError, ResponseError) as error:
            logger.warning("an entry of a queue is no job", error=type(error).__name__)
            raise NoSuchJobError("not a job") from error

    def restore(self, raw_data: Any) -> Any:
        """Read what Redis holds; an unreadable entry is as if there were none."""
        try:
            rest = super().restore(raw_data)
        except NoSuchJobError:
            raise
        except Exception as error:
            logger.warning("an unreadable job is passed over", job_id=self.id, error=type(error).__name__)
            raise NoSuchJobError(f"job {self.id} cannot be read") from error
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
        kind = self._kind()
        if kind is None:
            self.retries_left = 0  # a refusal is final, and a dead letter at once
        self.timeout = kind.timeout_seconds if kind else 1
        return rest

    @property
    def func(self) -> Callable[..., Any]:
        """Return the body of the declared kind; UndeclaredJob for anything else."""
        kind = self._kind()
        if kind is None:
            logger.error("a job that no service declares is refused", job_id=self.id, queue=self.origin)
            raise UndeclaredJob("no kind of job calls this")
        body: Callable[..., Any] = import_attribute(kind.function)
        return body

    def _kind(self) -> JobKind[Any] | None:
        """Return the kind of exactly `function(job_id)`."""
        try:
            call = (self.func_name, self.instance, list(self.args), dict(self.kwargs))
        except (DeserializationError, TypeError, ValueError):
            return None
        name, instance, arguments, named = call
        if instance is not None or named or arguments != [self.id] or not _is_id(self.id):
            return None
        return functions().get(name) if isinstance(name, str) else None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
