"""Answer a line's asks until the process is asked to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from redis.exceptions import RedisError

from premium.asks.line import Line, Question
from premium.asks.replies import answer_reply, error_reply
from premium.errors import AppError
from premium.observability import count, logger

Answer = Callable[[Question], Mapping[str, Any]]
_TURN_SECONDS = 1.0
"""How long one look at an empty line lasts: as long, a stop may take."""
_OUTAGE_SECONDS = 0.5


class Stop(Protocol):
    """The wish that a process ends, as a residence has it."""

    wanted: bool

    def wait(self, seconds: float) -> bool:
        """Wait at most this long; return whether the stop is wanted."""
        ...


def answer_asks(line: Line, answer: Answer, stop: Stop, *, threads: int = 4) -> None:
    """Answer with some threads until the stop is wanted; what is in hand is finished.

    An AppError of `answer` is told to the asker; anything else is logged, and told as INTERNAL.
    """
    others = [threading.Thread(target=_serve, args=(line, answer, stop), daemon=True) for _ in range(threads - 1)]
    for each in others:
        each.start()
    _serve(line, answer, stop)
    for each in others:
        each.join()


def _serve(line: Line, answer: Answer, stop: Stop) -> None:
    while not stop.wanted:
        try:
            line.sign()
            question = line.take(_TURN_SECONDS)
            if question is not None:
                _answer(line, answer, question)
        except RedisError as error:
            logger.warning("asks wait for Redis", error=type(error).__name__)
            stop.wait(_OUTAGE_SECONDS)


def _answer(line: Line, answer: Answer, question: Question) -> None:
    """Answer one ask; one that is late is dropped, and so is a reply that comes too late."""
    if question.left() <= 0 or not line.tell(question, _reply(answer, question)):
        count("AsksDropped")


def _reply(answer: Answer, question: Question) -> dict[str, Any]:
    try:
        return answer_reply(answer(question))
    except AppError as error:
        return error_reply(error)
    except Exception:  # whatever failed: the asker must not wait for it, nor the process end
        logger.exception("an ask failed")
        return error_reply(AppError("The request failed by our fault"))
