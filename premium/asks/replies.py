"""The form of a reply: an answer, or the error that the asker is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from premium.errors import AppError


def answer_reply(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply that holds an answer."""
    return {"answer": answer}


def error_reply(error: AppError) -> dict[str, Any]:
    """Return the reply that makes the asker raise this error."""
    return {"error": {"code": error.code, "message": error.message, "details": error.details}}


def read_reply(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a reply's answer, or raise its error."""
    told = reply.get("error")
    if told is None:
        answer: Mapping[str, Any] = reply["answer"]
        return answer
    kind = next((each for each in _kinds() if each.code == told["code"]), AppError)
    raise kind(told["message"], details=told["details"])


def _kinds(kind: type[AppError] = AppError) -> Iterator[type[AppError]]:
    """All errors that are made of a message and details alone."""
    for each in kind.__subclasses__():
        if each.__init__ is AppError.__init__:
            yield each
            yield from _kinds(each)
