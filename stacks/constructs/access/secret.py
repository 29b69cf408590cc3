"""Secrets Manager entries: generated ones, and ones whose value an operator gives (docs/deploy.md lists them)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from stacks.constructs.access.findings import acknowledge
from stacks.terms.frame import Frame

_ROTATED = "rotated by the stage's own task, in an order that no request notices (docs/decisions/0013-rotation.md)"
_THEIRS = "the value is a third party's or the free platform's: it changes there first, then here by an operator"


def generated_secret(
    scope: Construct,
    name: str,
    *,
    key: kms.IKey,
    frame: Frame,
    length: int,
    fields: Mapping[str, str] | None = None,
    field: str = "password",
    replica: str | None = None,
) -> secretsmanager.Secret:
    """Make a secret of `fields` and a random `field` of letters and digits.

    Nothing to escape in a URL or an AUTH token.
    CloudFormation generates it once; the rotation changes it from then on.
    `replica` names a region that keeps a copy, under the same ARN but for the region.
    """
    template = fields or {"generation": "1"}  # the template of a random field may not be empty
    secret = _secret(scope, name, key=key, frame=frame, template=template, field=field, length=length)
    if replica:
        secret.add_replica_region(replica)
    acknowledge(secret, {"AwsSolutions-SMG4": _ROTATED})
    return secret


def provided_secret(scope: Construct, name: str, *, text: str, key: kms.IKey, frame: Frame) -> secretsmanager.Secret:
    """Make a secret that holds a random value until an operator puts his.

    So a forgotten one refuses everything.
    """
    secret = _secret(scope, name, key=key, frame=frame, template={"provided": "no"}, field="key", length=64, text=text)
    acknowledge(secret, {"AwsSolutions-SMG4": _THEIRS})
    return secret


def _secret(
    scope: Construct,
    name: str,
    *,
    key: kms.IKey,
    frame: Frame,
    template: Mapping[str, str],
    field: str,
    length: int,
    text: str | None = None,
) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        scope,
        name,
        description=text,
        encryption_key=key,
        removal_policy=frame.store_removal,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template=json.dumps(dict(template)),
            generate_string_key=field,
            exclude_punctuation=True,
            password_length=length,
        ),
    )
