"""Run MiniStack (PyPI `ministack`), an emulator of AWS, on 127.0.0.1.

It speaks like LocalStack.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from local.service import QUICK, Service

REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}


def client_environment(endpoint: str) -> dict[str, str]:
    """Return the environment variables that lead AWS clients to `endpoint` alone.

    boto3, the AWS CLI and the CDK CLI read them.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        **CREDENTIALS,
    }


class Aws(Service):
    """The emulator of AWS as a neighbour of the stage.

    Objects of S3 are on disk; all else is memory that a clean stop writes down and a kill loses.
    """

    name: ClassVar[str] = "aws"
    variable: ClassVar[str] = "PREMIUM_AWS_PORT"
    grace: ClassVar[float] = 60
    """It writes half a gigabyte down, the functions' code."""

    @property
    def endpoint(self) -> str:
        return f"http://{self.address}"

    def prepare(self) -> None:
        """Drop the emulator's written state after a kill.

        It is that of some earlier stop, older than S3's objects.
        """
        if self.crashed:
            self.cut_short()

    def cut_short(self) -> None:
        """Drop the written state, of which a part may be missing.

        The next deploy makes it anew.
        """
        shutil.rmtree(self.data / "state", ignore_errors=True)

    def command(self) -> Sequence[str | Path]:
        return [sys.executable, "-m", "ministack"]

    def environment(self) -> Mapping[str, str]:
        """Return the emulator's environment variables.

        Its Lambda functions inherit all of them, so they hold nothing that a function could lean on by accident.
        """
        for folder in ("state", "s3", "tmp"):
            (self.data / folder).mkdir(parents=True, exist_ok=True)
        return {
            **super().environment(),
            **CREDENTIALS,
            "AWS_DEFAULT_REGION": REGION,
            "MINISTACK_REGION": REGION,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "localhost",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.data / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.data / "s3"),
            "TMPDIR": str(self.data / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def health(self, seconds: float = QUICK) -> dict[str, Any]:
        """Return the emulator's answer: `{"services": {...}, "edition", "version"}`.

        OSError when nothing answers.
        """
        with urllib.request.urlopen(f"{self.endpoint}/_localstack/health", timeout=seconds) as answer:  # noqa: S310  # our own http address
            document: dict[str, Any] = json.load(answer)
            return document

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            return "services" in self.health(seconds)
        except (OSError, ValueError):
            return False
