"""What a compiler made of sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from premium.security.compilers.ranges import Version


class Compiled(NamedTuple):
    """Trees and codes in the shape of Solidity's compiler, whichever made them."""

    version: Version
    asked: tuple[str, ...]
    relaxed: bool
    sources: Mapping[str, str]
    """As the compiler read them."""
    output: Mapping[str, Any]
    language: str = "Solidity"
    like: Version | None = None
    """The version of Solidity whose arithmetic and views another language's are like."""

    @property
    def rules(self) -> Version:
        """Return the version of Solidity by which rules judge it."""
        return self.like or self.version

    def described(self) -> dict[str, Any]:
        """Return version and language as answers tell them."""
        version = ".".join(map(str, self.version))
        told = {"version": version, "asked": list(self.asked), "relaxed": self.relaxed}
        return told if self.language == "Solidity" else {**told, "language": self.language}
