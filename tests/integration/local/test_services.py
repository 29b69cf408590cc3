"""The neighbours as `make up` and the fixtures run them."""

from __future__ import annotations

import os
import socket

import psutil
import psycopg
import pytest

from local import ports
from local.errors import LocalError
from local.evm import Evm
from local.postgres import Postgres
from local.redis import Redis

pytestmark = pytest.mark.integration


def test_each_role_reaches_its_databases_with_its_own_password_only(postgres_server: Postgres) -> None:
    for database in ("premium", "timeseries"):
        for role in ("premium_owner", "premium_app", "premium_worker"):
            with psycopg.connect(postgres_server.url(database, role)) as connection:
                row = connection.execute(
                    "SELECT rolsuper OR rolbypassrls OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
                assert row == (False,)
    stranger = postgres_server.url("premium", "premium_app").replace(postgres_server.password("premium_app"), "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_services_listen_on_the_loopback_only(postgres_server: Postgres, redis_server: Redis, evm: Evm) -> None:
    ours = {service.port for service in (postgres_server, redis_server, evm)}
    listening = [c.laddr for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr]
    assert {address[0] for address in listening if address[1] in ours} == {"127.0.0.1"}


def test_passwords_are_readable_by_their_owner_alone(postgres_server: Postgres, redis_server: Redis) -> None:
    files = (
        postgres_server.data / "passwords.json",
        redis_server.data / "passwords.json",
        redis_server.data / "redis.conf",
    )
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}


def test_a_port_that_an_outgoing_connection_was_given_is_taken_too(redis_server: Redis) -> None:
    with socket.create_connection(("127.0.0.1", redis_server.port)) as outgoing:
        port = outgoing.getsockname()[1]
        with pytest.raises(
            LocalError, match=rf"Port {port} for aws is taken by .*pid {os.getpid()}.*PREMIUM_AWS_PORT="
        ):
            ports.require_free(port, name="aws", variable="PREMIUM_AWS_PORT")
    ports.require_free(ports.free(), name="aws", variable="PREMIUM_AWS_PORT")
