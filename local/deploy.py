"""Deploy the stage `local` when the emulator lacks it or holds another version."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import ClientError

from local import stacks
from local.cdk import Cdk, chains_document
from local.clients import Clients
from local.environment import asked_settings, origins, stage_settings
from local.places import ROOT, Places

_MARK = "/premium/local/deployed"
_SOURCES = (
    "cdk_app",
    "stacks",
    "handlers",
    "premium",
    "cdk.json",
    "package-lock.json",
    "requirements/handlers.txt",
    "requirements/infra.txt",
)


@dataclass(frozen=True)
class Deployment:
    """The outcome of a deployment and its reason, in words that `up` prints."""

    done: bool
    reason: str


def deploy(places: Places, clients: Clients, *, force: bool = False) -> Deployment:
    told = stage_settings(places) | asked_settings(os.environ)
    settings = json.dumps([told, origins(places)], sort_keys=True)
    wanted = digest(clients.endpoint + chains_document(places.chains) + settings)
    found = _deployed(clients)
    whole = found is not None and stacks.complete(clients, places.outputs)
    if whole and found == wanted and not force:
        return Deployment(done=False, reason="nothing changed since the last deploy")
    reason = _reason(places, found, whole=whole, force=force)
    cdk = Cdk(places, clients.endpoint)
    cdk.bootstrap(clients)
    cdk.deploy()
    clients.ssm.put_parameter(Name=_MARK, Value=wanted, Type="String", Overwrite=True)
    return Deployment(done=True, reason=reason)


def _reason(places: Places, found: str | None, *, whole: bool, force: bool) -> str:
    if not whole and places.outputs.exists():
        return (
            "deployed again: the emulator lost what it keeps in memory"
            " (functions, queues, tables with job records, connections, usage); they start empty"
        )
    if found is None:
        return "first deploy"
    return "asked for" if force else "the code changed, the chain, or a setting"


def digest(given: str) -> str:
    """Return a hash of all that decides the templates and the Lambda packages.

    Their build is byte-identical.
    """
    total = hashlib.sha256(given.encode())
    for path in _files():
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files() -> Iterator[Path]:
    for source in _SOURCES:
        path = ROOT / source
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in below if one.is_file() and "__pycache__" not in one.parts)


def _deployed(clients: Clients) -> str | None:
    """Return the digest of the deployed version.

    It is kept in the emulator itself, so that it is lost with the stage that it describes.
    """
    try:
        return clients.ssm.get_parameter(Name=_MARK)["Parameter"].get("Value")
    except ClientError:
        return None
