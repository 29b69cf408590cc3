"""Secrets Manager entries: generated ones, and ones whose value an operator gives (docs/deploy.md lists them)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.frame import Frame


def generated_secret(
    scope: Construct,
    name: str,
    *,
    key: kms.IKey,
    frame: Frame,
    length: int,
    fields: Mapping[str, str] | None = None,
) -> secretsmanager.Secret:
    """JSON of `fields` and a random `password` of letters and digits: nothing to escape in a URL or an AUTH token."""
    return secretsmanager.Secret(
        scope,
        name,
        encryption_key=key,
        removal_policy=frame.store_removal,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template=json.dumps(dict(fields or {})),
            generate_string_key="password",
            exclude_punctuation=True,
            password_length=length,
        ),
    )


def provided_secret(scope: Construct, name: str, *, key: kms.IKey, frame: Frame) -> secretsmanager.Secret:
    """Holds a random value until the operator puts the real one, so that a forgotten one refuses everything."""
    return generated_secret(scope, name, key=key, frame=frame, length=64, fields={"provided": "no"})
