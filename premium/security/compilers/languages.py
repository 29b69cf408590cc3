"""Compile sources by the language that they are written in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from premium.security.compilers import solc, vyper
from premium.security.compilers.made import Compiled

_VYPER_VERSION = re.compile(r"\s*vyper[:@ v]*(?=\d)", re.IGNORECASE)
"""Explorers write `vyper:0.3.10`."""
_VYPER_TEXT = re.compile(r"^(?:#\s*(?:@version|pragma\s+version)\b|@(?:external|internal|deploy|view)\b)", re.MULTILINE)
_SOLIDITY_TEXT = re.compile(
    r"^\s*(?:pragma\s+solidity|(?:abstract\s+)?contract|interface|library)\b[^:]*$", re.MULTILINE
)


def compiled(
    sources: Mapping[str, str], settings: Mapping[str, Any], *, compiler: str | None = None, code: bool = False
) -> Compiled:
    """Compile sources; `code` also makes what is deployed.

    Raises NotCompiled with `no_compiler` or `not_compiled`.
    """
    if is_vyper(sources, compiler):
        return vyper.compiled(sources, settings, compiler=_VYPER_VERSION.sub("", compiler) if compiler else None)
    return solc.compiled(sources, settings, compiler=compiler, code=code)


def is_vyper(sources: Mapping[str, str], compiler: str | None) -> bool:
    """Tell whether sources are Vyper.

    By the compiler that is named, their files' endings, or their text.
    """
    if compiler and _VYPER_VERSION.match(compiler):
        return True
    if any(path.endswith((".vy", ".vyi")) for path in sources):
        return True
    if any(path.endswith(".sol") for path in sources):
        return False
    return any(_VYPER_TEXT.search(text) and not _SOLIDITY_TEXT.search(text) for text in sources.values())
