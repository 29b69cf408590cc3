"""What the tests of billing share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import psycopg
import pytest
from psycopg.rows import dict_row

from local.payments.desk import Desk
from local.payments.door import serving
from local.postgres import SUPERUSER
from premium.billing.providers import calls
from tests.fixtures.postgres import Databases
from tests.integration.billing.desks import AMOUNTS, PRICES
from tests.integration.billing.reading import Rows


@pytest.fixture
def rows(postgres: Databases) -> Rows:
    """Rows of the test's database, past row-level security."""

    def read(statement: str) -> list[dict[str, Any]]:
        with psycopg.connect(postgres.url("premium", SUPERUSER), row_factory=dict_row) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return read


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk of both providers, which no request may have misled."""
    calls.forget_breakers()
    made = Desk(AMOUNTS)
    yield made
    assert made.misshapen == []
    calls.forget_breakers()


@pytest.fixture
def variables(variables: dict[str, str], provisions: dict[str, str], desk: Desk) -> Iterator[dict[str, str]]:
    """The variables of a stage that sells by the desk."""
    made = boto3.client("secretsmanager").create_secret(Name=f"api-{uuid4().hex}", SecretString='{"value": "sk_test"}')
    with serving(desk) as address:
        names = ("STRIPE", "PADDLE")
        arns = {f"{name}_API_SECRET_ARN": made["ARN"] for name in names}
        yield variables | arns | {f"{name}_API_URL": address for name in names} | {"BILLING_PRICES": PRICES}
