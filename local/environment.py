"""Give processes outside the emulator the environment of the stage.

The fleet and the command `premium` are such processes.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path

from local import stacks
from local.aws import client_environment
from local.clients import Clients
from local.errors import LocalError
from local.identities.provider import CLIENT
from local.payments.prices import PLANS
from local.places import Places
from local.secrets import write_private
from premium.config import Settings
from premium.manifest import services, wrong_settings

_HERE = {"PREMIUM_STAGE": "local", "EVENT_SOURCES": "local"}
_NO_ACCOUNTS = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE")
"""Variables of AWS that name no account: the user's emulator, and what certificates are trusted."""
_NO_ACCOUNT = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "",
}
"""No profile is found, not even one that is named, and no role of the machine."""


def write(places: Places, clients: Clients) -> dict[str, str]:
    """Write the workers' environment to a file and return it.

    A worker in a container and `docker compose` read it.
    """
    given = worker_environment(places, clients)
    write_private(places.state / "worker.env", "".join(f"{name}={value}\n" for name, value in given.items()))
    return given


def stage_settings(places: Places) -> dict[str, str]:
    """Return what this stage's functions are told besides.

    Its tokens are made once, by `make token`, and used for hours; its providers of payments and of
    identities are the inbox.
    """
    inbox = f"http://127.0.0.1:{places.ports['inbox']}"
    paid = {"BILLING_PRICES": PLANS, "STRIPE_API_URL": inbox, "PADDLE_API_URL": inbox}
    logins = {"PASSWORD_LOGINS": "true", "GOOGLE_CLIENT_ID": CLIENT, "GOOGLE_ISSUER": f"{inbox}/openid"}
    return {"PROOF_SECONDS": "86400", **paid, **logins}


def origins(places: Places) -> list[str]:
    """Return the pages from which users sign in.

    The console, where mails lead, and one under development.
    """
    console = places.ports["console"]
    return [f"http://127.0.0.1:{console}", f"http://localhost:{console}", "http://localhost:3000"]


def asked_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the services' own settings that the user's environment names.

    LocalError names a wrong value.
    """
    names = [name.upper() for service in services() if service.settings for name in service.settings.model_fields]
    given = {name: environ[name] for name in names if environ.get(name)}
    if wrong := wrong_settings(given):
        raise LocalError(f"{'; '.join(wrong)}.", "See: .venv/bin/premium settings")
    return given


def worker_environment(places: Places, clients: Clients) -> dict[str, str]:
    """Return the environment of a worker: names and ARNs, no password."""
    return {
        **client_environment(clients.endpoint),
        **_HERE,
        **local_settings(),
        **stage_settings(places),
        **asked_settings(os.environ),
        "CORS_ORIGINS": ",".join(origins(places)),
        "CHAINS_FILE": str(places.chains),
        **variables_of_outputs(stacks.outputs(places.outputs)),
    }


def leave_account(environ: MutableMapping[str, str]) -> list[str]:
    """Take an account's variables out of a process' environment, and return their names.

    A profile, a session or an endpoint of a service's own would lead it to AWS, or stop it where it is not found.
    """
    names = sorted(name for name in environ if name.startswith("AWS_") and name not in _NO_ACCOUNTS)
    for name in names:
        del environ[name]
    return names


def shell(places: Places, clients: Clients, account: Iterable[str] = ()) -> Iterator[str]:
    """Yield the lines that make a shell speak for this stage, and never for AWS.

    `account` names what the shell says of an account, which is taken away. `aws` is told the endpoint by name: before
    2.13 it passes over AWS_ENDPOINT_URL.
    """
    given = worker_environment(places, clients) | _NO_ACCOUNT
    yield from (f"unset {name}" for name in account if name not in given)
    yield from (f"export {name}={shlex.quote(value)}" for name, value in given.items())
    yield f'export PATH={shlex.quote(str(Path(sys.executable).parent))}:"$PATH"'
    yield 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }'


def variables_of_outputs(outputs: Mapping[str, str]) -> dict[str, str]:
    """Return the stacks' outputs under the names of variables: `JobsTable` is JOBS_TABLE.

    Outputs that no process reads are left out; a worker's own connection (`WorkerDatabaseSecretArn`) stands for all
    others'.
    """
    known = dict(_variables(outputs))
    own = {name.removeprefix("WORKER_"): value for name, value in known.items() if name.startswith("WORKER_")}
    read = {name.upper() for name in _settings()}
    return {name: value for name, value in {**known, **own}.items() if name in read and not name.startswith("WORKER_")}


def local_settings() -> dict[str, str]:
    """Return the settings that manifests give to the stage local only.

    Deployed stages refuse them.
    """
    models = [service.settings for service in services() if service.settings is not None]
    extras = {name: field.json_schema_extra for model in models for name, field in model.model_fields.items()}
    return {
        name.upper(): str(extra["local"]).lower()
        for name, extra in extras.items()
        if isinstance(extra, dict) and "local" in extra
    }


def _variables(outputs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in outputs.items():
        words = "".join(f"_{letter}" if letter.isupper() else letter for letter in name).strip("_")
        yield words.upper(), value


def _settings() -> Iterator[str]:
    yield from Settings.model_fields
    for service in services():
        if service.settings is not None:
            yield from service.settings.model_fields
