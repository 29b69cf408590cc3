"""Sources that a user gives for a contract, kept for the job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from premium.errors import InvalidInput

if TYPE_CHECKING:
    from premium.storage.objects import Objects

SOURCES = "security-sources/"
"""Keys of sources in the bucket of exports begin so; they end there after 30 days."""
MAX_TEXT, MAX_FILES = 2 << 20, 200
"""Bytes of all files together, and their number."""
SETTINGS = frozenset(
    {"optimizer", "optimize", "evmVersion", "viaIR", "libraries", "remappings", "metadata", "outputSelection"}
)
"""What a compiler may be told; what it is to write is ours to say."""


class GivenSource(BaseModel):
    """Files by path, and how they are to be compiled."""

    model_config = ConfigDict(frozen=True)

    sources: dict[str, str]
    compiler: str | None = None
    """A version, such as 0.8.28; None takes the newest that the files ask for."""
    settings: dict[str, Any] = {}
    contract: str | None = None
    """The one that is deployed, where the files have several."""


class TooMuch(ValueError):
    """Sources are over their bound."""


def bounded(texts: Mapping[str, str]) -> None:
    """Raise ValueError where there is no file.

    TooMuch where there are too many, or too large ones.
    """
    if not texts:
        raise ValueError("there is no file")
    if len(texts) > MAX_FILES:
        raise TooMuch(f"{len(texts)} files, {MAX_FILES} at most")
    size = sum(len(text.encode(errors="replace")) for text in texts.values())
    if size > MAX_TEXT:
        raise TooMuch(f"{size} bytes, {MAX_TEXT} at most")


def unknown_setting(settings: Mapping[str, Any]) -> str | None:
    """Return the first setting that no compiler is told of, if any."""
    return next(iter(sorted(settings.keys() - SETTINGS)), None)


class SourceStore:
    """Sources in the bucket of exports, each user's apart, by their digest."""

    def __init__(self, bucket: Objects) -> None:
        self._bucket = bucket

    def keep(self, user_id: UUID, given: GivenSource) -> str:
        """Keep a source and return its digest; the same one is kept once.

        InvalidInput names what is wrong.
        """
        try:
            bounded(given.sources)
        except ValueError as error:
            raise InvalidInput.about("source.sources", str(error)) from None
        if name := unknown_setting(given.settings):
            raise InvalidInput.about(f"source.settings.{name[:80]}", "no such setting is taken")
        text = json.dumps(given.model_dump(), sort_keys=True, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        self._bucket.put_once(source_key(user_id, digest), text.encode(), "application/json")
        return digest

    def get(self, user_id: UUID, digest: str) -> GivenSource:
        """Return a kept source; NotFound after 30 days."""
        with self._bucket.open(source_key(user_id, digest)) as file:
            return GivenSource.model_validate_json(file.read())


def source_key(user_id: UUID, digest: str) -> str:
    """Return the key under which a source stands."""
    return f"{SOURCES}{user_id}/{digest}"
