"""Print a JWT with which a stage on AWS can be tried.

`python -m cdk_app.account.token dev [NAME] [--tier pro] [--key FILE | --new-key FILE] [--in-prod]`. The entry `Jwt` of
the stage says how tokens are signed. It holds a public key alone where the free platform signs: then FILE holds the
private one, or nobody but the free platform makes tokens. `--new-key` makes a pair for a stage whose entry is empty.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cdk_app.account.claims import signed
from cdk_app.account.session import Account, sentences
from cdk_app.account.stacks import entry_of
from cdk_app.account.stage_task import TaskError

TIERS = ("free", "starter", "pro", "enterprise")
HOUR = 3600


@sentences("token")
def main(arguments: Sequence[str]) -> int:
    """Print the token alone; a sentence and 1 where there can be none."""
    given = _parser().parse_args(arguments)
    if given.stage == "prod" and not given.in_prod:
        raise TaskError("a token of prod acts for a customer: say --in-prod where that is what you want")
    account = Account(given.region)
    entry = entry_of(given.stage, "Jwt", account.client("cloudformation"))
    vault = account.client("secretsmanager")
    secret = json.loads(vault.get_secret_value(SecretId=entry)["SecretString"])
    if given.new_key:
        secret = _new_pair(given.stage, Path(given.new_key), secret, vault, entry)
    key = _signing_key(secret, given.new_key or given.key)
    print(signed(secret, key, given.name, tier=given.tier, lifetime=HOUR))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cdk_app.account.token")
    parser.add_argument("stage")
    parser.add_argument("name", nargs="?", default="operator-trial", help="the user's id")
    parser.add_argument("--region")
    parser.add_argument("--tier", choices=TIERS, default="pro")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--key", help="file of the private key that belongs to the entry's public one")
    which.add_argument("--new-key", help="file for a new private key, where the entry is empty")
    parser.add_argument("--in-prod", action="store_true", help="also for prod")
    return parser


def _signing_key(secret: Mapping[str, str], file: str | None) -> str:
    """Return the key that signs, proven by the entry's own."""
    algorithm = secret.get("algorithm")
    if not algorithm:
        raise TaskError("the entry Jwt holds no key yet: put the free platform's, or make one by --new-key FILE")
    if algorithm.startswith("HS"):
        return secret["key"]
    if not file:
        raise TaskError(f"the entry Jwt holds a public key ({algorithm}): name the private one by --key FILE")
    try:
        key = Path(file).read_text("utf-8")
        proof = jwt.encode({"sub": "proof"}, key, algorithm=algorithm)
        jwt.decode(proof, secret["key"], algorithms=[algorithm], options={"verify_aud": False})
    except OSError as error:
        raise TaskError(f"the key cannot be read: {error}") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TaskError(f"{file} is not the private key of the entry Jwt") from None
    return key


def _new_pair(stage: str, file: Path, held: Mapping[str, str], vault: Any, entry: str) -> Mapping[str, str]:
    """Write a private key to a new file, and its public one into the entry."""
    if held.get("algorithm"):
        raise TaskError("the entry Jwt holds a key already: tokens of others are signed with it, it stays")
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as made:
            made.write(text)
    except OSError as error:
        raise TaskError(f"the new key cannot be written: {error}") from None
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = {
        "algorithm": "RS256",
        "key": public.decode(),
        "issuer": f"https://{stage}.premium.example",
        "audience": "premium",
    }
    vault.put_secret_value(SecretId=entry, SecretString=json.dumps(secret))
    return secret


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
