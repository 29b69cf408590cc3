"""The readers of known functions, by signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from premium.abi.signatures import Signature, signature_of
from premium.security.calls.effects import Call, Step

Reader = Callable[[Call, tuple[Any, ...]], Iterable[Step]]
_READERS: dict[str, Reader] = {}
_COMMANDS: set[str] = set()


def reads(*texts: str, command: bool = False) -> Callable[[Reader], Reader]:
    """Register a reader for signatures; a command has no selector of its own."""

    def keep(reader: Reader) -> Reader:
        for text in texts:
            _READERS[text] = reader
            if command:
                _COMMANDS.add(text)
        return reader

    return keep


@lru_cache(maxsize=1)
def readers() -> Mapping[str, Reader]:
    """Return every reader; the folder's modules register theirs when they are imported."""
    from premium.security.calls import readers as folder  # noqa: PLC0415 - they import this module

    for each in iter_modules(folder.__path__):
        import_module(f"{folder.__name__}.{each.name}")
    return _READERS


@lru_cache(maxsize=1)
def standards() -> Mapping[bytes, Signature]:
    """Return the signatures that have a reader, by selector."""
    made = [signature_of(text) for text in readers() if text not in _COMMANDS]
    return {each.selector: each for each in made}
