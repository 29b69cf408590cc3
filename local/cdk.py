"""Run the CDK command against the emulator.

It bootstraps once and deploys; its output goes to `logs/deploy.log`.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import ClientError

from local import buckets
from local.aws import REGION, client_environment
from local.clients import Clients
from local.environment import asked_settings, origins, stage_settings
from local.errors import LocalError
from local.places import ROOT, Places

ACCOUNT = "000000000000"
CDK = ROOT / "node_modules" / ".bin" / "cdk"
_AT_ONCE = 4  # the stacks of services wait for the fronts, and not for one another
_BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"


class Cdk:
    """The command `node_modules/.bin/cdk` with an environment that reaches this emulator alone."""

    def __init__(self, places: Places, endpoint: str) -> None:
        self._places = places
        self._log = places.logs / "deploy.log"
        self._outputs = places.outputs
        self.assembly = places.state / "cdk.out"
        self._endpoint = endpoint
        self._chains = places.chains

    def bootstrap(self, clients: Clients) -> None:
        """Deploy the toolkit stack, once per emulator.

        Its own version parameter says whether it is there.
        """
        try:
            clients.ssm.get_parameter(Name=_BOOTSTRAP_PARAMETER)
        except ClientError:
            buckets.forget_assets(clients)
            self._run(["bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", ""])

    def deploy(self) -> None:
        """Deploy every stack of the stage `local`.

        LocalError with the command's last lines when one fails.
        """
        values = self._outputs.with_name("values.json")
        settings = stage_settings(self._places) | asked_settings(os.environ)
        values.write_text(json.dumps({"settings": settings, "origins": origins(self._places)}))
        wanted = [
            "deploy",
            "--all",
            "-c",
            "stage=local",
            "-c",
            f"values={values}",
            "--require-approval",
            "never",
            "--method",
            "direct",
        ]
        wanted += ["--concurrency", str(_AT_ONCE)]
        partial = self._outputs.with_suffix(".partial")
        self._run([*wanted, "--outputs-file", str(partial), "--output", str(self.assembly), "--progress", "events"])
        partial.replace(self._outputs)

    def _run(self, arguments: Sequence[str]) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            begin = log.tell()
            command = [str(CDK), *arguments, "--ci", "--no-color", "--no-notices"]
            done = subprocess.run(
                command, stdout=log, stderr=subprocess.STDOUT, env=self._environment(), cwd=ROOT, check=False
            )
        if done.returncode:
            raise LocalError(
                f"cdk {arguments[0]} failed:\n{_tail(self._log, begin)}\n", f"The whole of it: {self._log}"
            )

    def _environment(self) -> dict[str, str]:
        """Return the command's environment, without the user's own AWS variables.

        AWS_PROFILE and the like would lead it to a real account.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        given = {"CHAINS_FILE": chains_document(self._chains), "CDK_DISABLE_CLI_TELEMETRY": "true"}
        return {**kept, **client_environment(self._endpoint), **given}


def chains_document(path: Path) -> str:
    """Return the content of the chains file, which the functions get as a variable.

    An emulator's functions may not see this machine's files.
    """
    return json.dumps(json.loads(path.read_text()), separators=(",", ":"))


def _tail(log: Path, begin: int, lines: int = 12) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        text = file.read().decode(errors="replace").strip().splitlines()
    return "\n".join(f"  {line}" for line in text[-lines:])
