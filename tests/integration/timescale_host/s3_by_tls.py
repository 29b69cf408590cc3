"""The emulator's S3 as pgBackRest speaks to S3: by TLS under a certificate that it verifies, at a port of ours."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local import ports
from local.aws import CREDENTIALS


@contextmanager
def s3_by_tls(folder: Path, emulator: int) -> Iterator[dict[str, str]]:
    """The variables of pgBackRest that differ from the host's; `ca.pem` is put into `folder`, its `/timeseries`.

    The rest of its configuration stays as the host writes it. The emulator has no names below its host, so the bucket
    stands in the path, and no instance role.
    """
    port, key = ports.free(), folder.parent / "tls.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(folder / "ca.pem")]
    subprocess.run(made, check=True, capture_output=True)
    (folder / "ca.pem").chmod(0o644)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", key)
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(_server(port, emulator, context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    own = {
        "S3_URI_STYLE": "path",
        "S3_KEY_TYPE": "shared",
        "S3_KEY": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "S3_KEY_SECRET": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        "STORAGE_HOST": "localhost",
        "STORAGE_PORT": str(port),
        "STORAGE_CA_FILE": "/timeseries/ca.pem",
    }
    yield {f"PGBACKREST_REPO1_{name}": value for name, value in own.items()}
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


async def _server(port: int, emulator: int, context: ssl.SSLContext) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inside = await asyncio.open_connection("127.0.0.1", emulator)
        await asyncio.gather(_pass(reader, inside[1]), _pass(inside[0], writer))

    return await asyncio.start_server(serve, "localhost", port, ssl=context)


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    sink.close()
