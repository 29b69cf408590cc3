"""An instance as the boot finds it: its own root, a blank volume on a loop device, the emulator for AWS.

Programs of the host, PostgreSQL, PgBouncer and pgBackRest are real; `aws`, `docker`, `systemctl` and `dnf` are stood in
for (stand_ins/), by programs that refuse what they do not know.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cdk_app.assets import ROOT
from local.aws import CREDENTIALS
from stacks.hosts.user_data import fill

HERE = Path(__file__).parent / "stand_ins"
VOLUME = "vol0123456789abcdef0"
DEVICE = f"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{VOLUME}"
MEMORY = 1024 * 1024  # kB


@dataclass
class Machine:
    """`start` and `boot` it; `cut` its power. Another machine may have the same `volume` (a file) and `archive`."""

    folder: Path
    volume: Path
    archive: Path
    programs: Path
    endpoint: str
    values: Mapping[str, str]
    files: str
    signal: str
    memory: int = MEMORY
    in_containers: Mapping[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _loop: str = ""

    @property
    def root(self) -> Path:
        return self.folder / "root"

    def start(self, *, attached: bool = True) -> None:
        """Power on, with nothing of the boot done yet."""
        self._loop = _output("losetup", "--find", "--show", str(self.volume))
        meminfo = self.folder / "meminfo"
        self.folder.mkdir(parents=True, exist_ok=True)
        meminfo.write_text(f"MemTotal:       {self.memory} kB\n")
        (self.root / "run").mkdir(parents=True, exist_ok=True)
        home = Path(sys.base_prefix).resolve()
        own = {
            "PROJECT": str(ROOT),
            "ARCHIVE": str(self.archive),
            "MEMORY": str(meminfo),
            "PYTHON_HOME": "" if home.is_relative_to("/usr") else str(home),
        }
        command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
        self._process = subprocess.Popen(
            [*command, "bash", str(HERE / "root.sh"), str(self.root), self._loop], env=os.environ | own
        )
        _until(lambda: self._inside() and self.run("test", "-e", "/run/is-up").returncode == 0, "the root")
        if attached:
            self.attach()

    def attach(self) -> None:
        """The volume attachment, which comes after the instance."""
        self.check("ln", "-s", f"/dev/{Path(self._loop).name}", DEVICE)

    def user_data(self) -> str:
        return fill(self.values, files=self.files, region="us-east-1", signal=self.signal)

    def boot(self) -> subprocess.CompletedProcess[str]:
        """systemd's part, then cloud-init's."""
        if (self.root / "etc/stand-in-enabled").exists():
            self.run("systemctl", "boot")
        return self.run("bash", "-c", self.user_data())

    def run(self, *command: str, text: str | None = None, seconds: int = 90) -> subprocess.CompletedProcess[str]:
        enter = ["nsenter", "--target", str(self._inside()), "--mount", "--pid", "--root", "--wdns=/", "--", *command]
        log = self.folder / "commands.log"
        with log.open("a") as out:
            done = subprocess.run(
                enter, capture_output=True, text=True, check=False, env=self._environment(), timeout=seconds, input=text
            )
            out.write(f"$ {' '.join(command)[:200]}\n{done.stdout}{done.stderr}\n")
        return done

    def check(self, *command: str, text: str | None = None) -> str:
        done = self.run(*command, text=text)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}{self.journal()}"
        return done.stdout.strip()

    def query(self, statement: str, database: str = "timeseries") -> str:
        """As the superuser in the server's container."""
        words = f"docker exec --interactive timescale psql -U postgres -p {self.values['PORT']} -d {database} -XqtA"
        return self.check(*words.split(), "-v", "ON_ERROR_STOP=1", text=statement)

    def journal(self) -> str:
        logs = sorted((self.root / "var/log").glob("timescale*"))
        return "\n".join(f"== {log.name}\n{log.read_text()[-3000:]}" for log in logs)

    def stop(self) -> None:
        """A clean shutdown: systemd stops the units, then unmounts."""
        self.check("systemctl", "stop", "timescale-bouncer", "timescale-server")
        self.check("umount", "/var/lib/timescale")
        self.cut()

    def cut(self) -> None:
        """The power: nothing is asked, everything ends."""
        if self._process is not None:
            inside = self._inside()
            if inside:
                subprocess.run(["kill", "-KILL", str(inside)], check=False)
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._loop:
            free = ["losetup", "-d", self._loop]
            _until(lambda: subprocess.run(free, check=False).returncode == 0, "the loop device")
            self._loop = ""

    def _inside(self) -> int:
        if self._process is None:
            return 0
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children else 0

    def _environment(self) -> dict[str, str]:
        own = ("/installed", "/stand-in-bin", str(Path(sys.executable).parent))
        return {
            **CREDENTIALS,
            "PATH": ":".join([*own, "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin"]),
            "HOME": "/root",
            "EMULATOR": self.endpoint,
            "POSTGRES_PROGRAMS": str(self.programs),
            "ARCHIVE": "/timeseries-archive",
            "IN_CONTAINERS": json.dumps(dict(self.in_containers)),
        }


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _until(holds: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < ends, f"{what} did not come"
        time.sleep(0.05)
