"""What reads nodes and prices: names of secrets, and the right to read exactly these.

The entries are an operator's, made before the deploy; no template holds their values.
"""

from __future__ import annotations

import json

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from stacks.constructs.access.provision import Provision
from stacks.terms.market_model import Market


def market_provision(stack: Stack, market: Market, key: kms.IKey) -> Provision:
    """Return the need `market`: CHAIN_NODES and PRICE_API_SECRET, with the right to read what they name.

    An entry is encrypted by Secrets Manager's own key, or by the stage's `key`.
    """
    names = market.secrets
    if not names:
        return Provision()
    environment: dict[str, str] = {}
    if market.nodes:
        environment["CHAIN_NODES"] = json.dumps(market.nodes, separators=(",", ":"))
    if market.prices and market.prices.secret:
        environment["PRICE_API_SECRET"] = market.prices.secret
    if market.coingecko and market.coingecko.secret:
        environment["COINGECKO_API_SECRET"] = market.coingecko.secret
    arns = [_arn(stack, name) for name in names]

    def grant(grantee: iam.IGrantable) -> None:
        iam.Grant.add_to_principal(grantee=grantee, actions=["secretsmanager:GetSecretValue"], resource_arns=arns)
        key.grant(grantee, "kms:Decrypt")

    return Provision(environment, grant)


def _arn(stack: Stack, name: str) -> str:
    """Return the ARN of an entry that is known by its name: Secrets Manager ends it with six letters of its own."""
    return stack.format_arn(
        service="secretsmanager",
        resource="secret",
        resource_name=f"{name}-??????",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
