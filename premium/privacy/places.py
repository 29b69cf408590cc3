"""List every place where data of users lie, in the order in which they go."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from premium.manifest import Place, services
from premium.subjects import Subject

_ORDER = ("provider", "dynamodb", "s3", "timeseries", "redis", "premium")
"""Providers first: what is paid for ends before what says so. Rows last: they say what else is to be found."""


@dataclass(frozen=True)
class Known:
    """A place, and the service that declares it."""

    service: str
    place: Place

    @property
    def name(self) -> str:
        """Return what a receipt calls it."""
        return f"{self.place.store} {self.place.name}"

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a function that the manifest names."""
        module, _, name = function.rpartition(".")
        return getattr(import_module(module), name)(*arguments)


def known_places() -> tuple[Known, ...]:
    """Return every declared place; of a store those first that functions find.

    Within a service they stand in its own order, children before parents.
    """
    found = [Known(each.name, place) for each in services() for place in each.places]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.place.store), each.place.erases is None)))


def kept_tables() -> list[str]:
    """Return tables whose rows outlive their user, by his id."""
    return [
        each.place.name
        for each in known_places()
        if each.place.store == "premium" and each.place.erasure == "keep" and each.place.user
    ]


def filled(text: str, subject: Subject) -> list[str]:
    """Return the names that a pattern stands for: one, or one for each wallet."""
    named = text.replace("{user}", str(subject.user_id))
    if "{wallet}" in named:
        return [named.replace("{wallet}", each.lower()) for each in subject.wallets]
    return [named]
