"""Tell uv the mirror and certificate authorities that pip uses.

uv reads nothing of pip's configuration and by itself trusts its own list of authorities alone. Behind a mirror, or a
proxy that opens TLS, pip works and uv would not. As a script it prints the lines for a shell: `scripts/setup.sh`.
"""

from __future__ import annotations

import os
import shlex
import ssl
import subprocess
import sys
from collections.abc import Mapping


def uv_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of uv that `environ` lacks.

    What it says of uv itself is left alone.
    """
    added = {}
    index = environ.get("PIP_INDEX_URL") or _of_pip("global.index-url")
    if index and not environ.keys() & {"UV_DEFAULT_INDEX", "UV_INDEX_URL"}:
        added["UV_DEFAULT_INDEX"] = index
    authorities = environ.get("PIP_CERT") or _of_pip("global.cert")
    if authorities and "SSL_CERT_FILE" not in environ:
        added["SSL_CERT_FILE"] = authorities
    elif ssl.get_default_verify_paths().cafile and "UV_SYSTEM_CERTS" not in environ:
        added["UV_SYSTEM_CERTS"] = "true"
    return added


def _of_pip(name: str) -> str:
    """Return a value of pip's configuration; '' where there is none, or no pip."""
    command = [sys.executable, "-m", "pip", "config", "get", name]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    for name, value in uv_environment(os.environ).items():
        print(f"export {name}={shlex.quote(value)}")
