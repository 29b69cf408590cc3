"""The connection goes to the address that was checked, under the name's own Host and TLS name."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from premium.notifications.channels.guard import Blocked, open_guarded
from premium.notifications.destinations import Address
from tests.factories.listener import listening

pytestmark = pytest.mark.integration
NAME = "hooks.example.org"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For NAME, signed by itself; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    pem = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Answers:
    """A name server that says something else each time."""

    def __init__(self, *rounds: list[str]) -> None:
        self._rounds = list(rounds)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[Address]:
        self.asked.append(host)
        return [ip_address(address) for address in self._rounds[min(len(self.asked), len(self._rounds)) - 1]]


def post(url: str, resolve: Answers, *, times: int = 1, trust: Path | None = None, loopback: bool = True) -> list[int]:
    async def run() -> list[int]:
        context = ssl.create_default_context(cafile=trust) if trust else None
        async with open_guarded(loopback=loopback, resolve=resolve, context=context) as client:
            return [(await client.post(url, content=b"{}")).status_code for _ in range(times)]

    return asyncio.run(run())


def tls(certificate: Path, seen: Callable[[str | None], None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: seen(name)
    return context


def test_host_and_tls_name_are_the_names_own(certificate: Path) -> None:
    names: list[str | None] = []
    with listening(tls=tls(certificate, names.append)) as server:
        assert post(f"https://{NAME}:{server.port}/x", Answers(["127.0.0.1"]), trust=certificate) == [200]
    assert (names, server.asked[0].headers["host"]) == ([NAME], f"{NAME}:{server.port}")


def test_a_certificate_of_another_name_is_not_trusted(certificate: Path) -> None:
    with listening(tls=tls(certificate, lambda _: None)) as server, pytest.raises(httpx.ConnectError):
        post(f"https://other.example.org:{server.port}/x", Answers(["127.0.0.1"]), trust=certificate)
    assert server.asked == []


def test_a_second_answer_of_the_name_server_misleads_nobody() -> None:
    """Public when checked, inside when connected: here both are one step, so that the first answer is refused."""
    with listening() as server:
        resolve = Answers(["127.0.0.1"], ["127.0.0.1"])
        with pytest.raises(Blocked):
            post(f"http://{NAME}:{server.port}/x", resolve, loopback=False)
        assert (resolve.asked, server.asked) == ([NAME], []), "one question, and no connection"


def test_one_connection_serves_many_and_asks_once() -> None:
    with listening() as server:
        resolve = Answers(["127.0.0.1"], ["10.0.0.1"])
        assert post(f"http://{NAME}:{server.port}/x", resolve, times=5) == [200] * 5
    assert resolve.asked == [NAME]


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with listening() as server:
        assert post(f"http://{NAME}:{server.port}/x", Answers(["127.0.0.2", "127.0.0.1"])) == [200]
