"""Which Python and processor a package is built for."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """The Python and platform for which a package is built.

    Python's minor version and, when it is not this machine, uv's platform name.
    """

    python: str
    platform: str | None = None

    @property
    def compiled(self) -> bool:
        """Whether libraries are there as bytecode: this Python can make none for another."""
        return self.platform is None


# manylinux_2_28: Lambda's Amazon Linux 2023 has glibc 2.34, and psycopg's arm64 wheels ask for 2.27 or newer.
LAMBDA = Target(python="3.14", platform="aarch64-manylinux_2_28")
THIS_MACHINE = Target(python=f"{sys.version_info.major}.{sys.version_info.minor}")
