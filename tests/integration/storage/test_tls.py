"""`verify-full`: a real server behind TLS with an authority of this test's own, and what must not pass for it.

The PostgreSQL that PyPI carries has no TLS, so a front speaks it (PostgreSQL's SSLRequest, then TLS), as a proxy does.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cdk_app import assets
from cdk_app.authorities import BUNDLE, authorities
from premium.config import Settings
from premium.errors import UpstreamUnavailable
from premium.storage.conninfo import AUTHORITIES, postgres_conninfo, transport
from premium.storage.postgres import Database
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
_SSL_REQUEST = bytes.fromhex("0000000804d2162f")


class Authority:
    """A certificate authority with one server's certificate."""

    def __init__(self, folder: Path, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        own = self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=None))
        self.root = folder / f"{name}.pem"
        self.root.write_bytes(own.public_bytes(serialization.Encoding.PEM))
        self._folder = folder

    def server(self, host: str) -> ssl.SSLContext:
        """The TLS of a server of that name."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        made = self._signed(subject, key, names)
        path = self._folder / f"{self.root.stem}-{host}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(path)
        return context

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
        )


@contextmanager
def front(context: ssl.SSLContext, target: int) -> Iterator[int]:
    """A port that speaks TLS for the plain server at `target`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with suppress(TimeoutError, OSError):
                    client, _ = listening.accept()
                    threading.Thread(target=_carry, args=(client, context, target), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join(2)


def _carry(client: socket.socket, context: ssl.SSLContext, target: int) -> None:
    with suppress(OSError, ssl.SSLError), client:
        if client.recv(8) != _SSL_REQUEST:
            return
        client.sendall(b"S")
        with (
            context.wrap_socket(client, server_side=True) as secure,
            socket.create_connection(("127.0.0.1", target)) as plain,
        ):
            back = threading.Thread(target=_pump, args=(plain.recv, secure), daemon=True)
            back.start()
            _pump(secure.recv, plain)


def _pump(read: Callable[[int], bytes], to: socket.socket) -> None:
    with suppress(OSError, ssl.SSLError):
        while data := read(65536):
            to.sendall(data)


class Kept:
    """Secrets whose one value is given."""

    def __init__(self, fields: dict[str, str]) -> None:
        self._fields = fields

    def read(self, _: str) -> dict[str, str]:
        return self._fields

    renew = read


def database(postgres: Databases, port: int, **fields: str) -> Database:
    """The product's own way from a connection secret to a database."""
    url = urlsplit(postgres.url("premium", "premium_app"))
    secret = {
        "host": "localhost", "port": str(port), "dbname": url.path.strip("/"), "username": "premium_app",
        "password": unquote(url.password or ""), "sslmode": "verify-full",
    }  # fmt: skip
    settings = Settings.from_environment(
        {"PREMIUM_STAGE": "dev", "DATABASE_SECRET_ARN": "arn:aws:x", "AWS_REGION": "x"}
    )
    now, renewed = postgres_conninfo(settings, "database", lambda: Kept(secret | fields))  # type: ignore[arg-type, return-value]  # reads alone
    return Database(now, renewed=renewed, wait_seconds=3, max_size=1)


@pytest.fixture
def server(postgres: Databases) -> int:
    """The port of the real server, which speaks no TLS."""
    return urlsplit(postgres.url("premium", "premium_app")).port or 5432


def test_a_known_signer_and_the_right_name_connect(postgres: Databases, server: int, tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    with front(ours.server("localhost"), server) as port:
        made = database(postgres, port, sslrootcert=str(ours.root))
        with made.transaction() as connection:
            assert connection.pgconn.ssl_in_use
            assert connection.execute("SELECT 1 AS one").fetchone() == {"one": 1}
        made.close()


def test_another_signer_is_refused(postgres: Databases, server: int, tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    with front(theirs.server("localhost"), server) as port:
        made = database(postgres, port, sslrootcert=str(ours.root))
        with pytest.raises(UpstreamUnavailable), made.transaction():
            pass
        made.close()
        weaker = database(postgres, port, sslmode="require")
        weaker.check()
        weaker.close()


def test_another_name_is_refused(postgres: Databases, server: int, tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    with front(ours.server("elsewhere.example"), server) as port:
        made = database(postgres, port, sslrootcert=str(ours.root))
        with pytest.raises(UpstreamUnavailable), made.transaction():
            pass
        made.close()


def test_a_server_without_tls_is_refused(postgres: Databases, server: int, tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    made = database(postgres, server, sslrootcert=str(ours.root))
    with pytest.raises(UpstreamUnavailable), made.transaction():
        pass
    made.close()


def test_the_bundle_is_whole_and_libpq_reads_it(tmp_path: Path) -> None:
    """RDS's authorities of every region, and Amazon's roots, which sign RDS Proxy."""
    found = x509.load_pem_x509_certificates(authorities())
    names = {each.subject.rfc4514_string() for each in found}
    assert len(found) > 100
    for needed in (
        "Amazon RDS us-east-1 Root CA RSA2048 G1",
        "Amazon RDS eu-west-1 Root CA RSA2048 G1",
        "Amazon Root CA 1",
    ):
        assert any(needed in name for name in names), needed
    bundle = tmp_path / "rds.pem"
    bundle.write_bytes(authorities())
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(f"host=127.0.0.1 port=1 sslmode=verify-full sslrootcert={bundle} connect_timeout=1")
    assert "certificate" not in str(caught.value), "a broken bundle fails before the port does"


def test_who_verifies_trusts_the_bundle_of_image_and_layer() -> None:
    assert transport("verify-full") == {"sslmode": "verify-full", "sslrootcert": AUTHORITIES}
    assert transport(None) == {"sslmode": "require"}
    assert f"/opt/{BUNDLE}" == AUTHORITIES
    assert "COPY certificates /opt/certificates" in (assets.worker_context() / "Dockerfile").read_text()
    assert (assets.worker_context() / BUNDLE).read_bytes() == authorities()
