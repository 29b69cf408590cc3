"""A process pays for what it uses: wiring a platform imports no store."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit
HEAVY = ("boto3", "botocore", "psycopg", "psycopg_pool", "redis", "rq", "numpy", "httpx")


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import premium.bootstrap", set()),
        ("import premium.storage.postgres", {"psycopg", "psycopg_pool"}),
        ("import premium.storage.conninfo", {"psycopg"}),
        ("import premium.storage.redis_client", {"redis"}),
        ("import premium.storage.cache", {"redis"}),
        ("import premium.storage.tables, premium.storage.objects, premium.storage.secrets", {"botocore"}),
    ],
)
def test_a_module_imports_its_own_store_only(code: str, allowed: set[str]) -> None:
    check = f"{code}; import sys; print(*sorted(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= allowed
