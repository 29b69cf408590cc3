"""Run Redis 7 on 127.0.0.1 with an append-only file and a password.

Nothing is evicted.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import redis

from local import redis_programs, secrets
from local.service import QUICK, Service


class Redis(Service):
    """Redis as a neighbour of the stage.

    `url` has no database number; `premium.config` assigns the numbers.
    """

    name: ClassVar[str] = "redis"
    variable: ClassVar[str] = "PREMIUM_REDIS_PORT"

    @property
    def password(self) -> str:
        return secrets.load_or_create(self.data / "passwords.json", ["redis"])["redis"]

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{self.address}"

    @property
    def _programs_folder(self) -> Path:
        """Return the folder of unpacked programs, one for all stages of a user.

        The programs do not change with the data.
        """
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "premium-defi" / "redis"

    def prepare(self) -> None:
        redis_programs.find_or_install(self._programs_folder)
        secrets.write_private(self.data / "redis.conf", self._configuration())

    def _configuration(self) -> str:
        """Return the text of the configuration file, which has the password.

        A command line is readable by every user of the machine.
        """
        lines = (
            f"port {self.port}",
            "bind 127.0.0.1",
            f"dir {self.data}",
            f"requirepass {self.password}",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory-policy noeviction",
            "databases 16",
            "daemonize no",
        )
        return "\n".join(lines) + "\n"

    def command(self) -> Sequence[str | Path]:
        return [redis_programs.find_or_install(self._programs_folder).server, self.data / "redis.conf"]

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), **redis_programs.find_or_install(self._programs_folder).environment}

    def healthy(self, *, seconds: float = QUICK) -> bool:
        client = redis.Redis.from_url(self.url, socket_timeout=seconds, socket_connect_timeout=seconds)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
