"""Every list, of rows as large as any may be: a page fits an answer, and its cursor goes on to the end."""

# ruff: noqa: S608 - constants of this module

from __future__ import annotations

import json

import psycopg
import pytest

from handlers.runtime.answers.envelope import MAX_ANSWER_BYTES
from handlers.runtime.documents.openapi import document, routers
from handlers.runtime.entry import entry
from local.postgres import SUPERUSER
from premium.bootstrap import Platform
from tests.factories.http import Handler, answer, event, verdict
from tests.fixtures.platform import AddUser
from tests.fixtures.postgres import Databases

pytestmark = pytest.mark.integration
ROWS = 205
"""More than the largest limit; of large rows a fifth is several answers."""
SMALL_ROWS = ("/v1/portfolio/flows", "/v1/portfolio/wallets", "/v1/portfolio/assets", "/v1/users/api-keys")
LAMBDA = 6_291_556
WIDE = "\U0001f600"
"""A letter of the greatest weight: twelve bytes of Lambda's JSON."""


def wide(length: int) -> str:
    return f"repeat('{WIDE}', {length})"


_ACTIONS = f"""(SELECT jsonb_agg(jsonb_build_object(
    'type', 'webhook', 'destination', 'https://example.org/' || repeat('a', 2020) || k, 'template', {wide(2000)}))
    FROM generate_series(0, 9) k)"""
_CONDITIONS = f"""(SELECT jsonb_agg(jsonb_build_object('field', 'asset', 'operator', 'eq', 'value', {wide(200)}))
    FROM generate_series(0, 9))"""
_RULES = f"""
INSERT INTO alert_rules (user_id, name, type, conditions, actions)
SELECT %(user)s, {wide(100)}, 'price', {_CONDITIONS}, {_ACTIONS} FROM generate_series(1, %(rows)s)
"""
_FINDINGS = f"""(SELECT jsonb_agg(jsonb_build_object(
    'id', {wide(50)}, 'severity', 'high', 'title', {wide(500)}, 'meaning', {wide(2000)}, 'advice', {wide(2000)}))
    FROM generate_series(0, 4))"""
_MANY = f"""(SELECT jsonb_agg(jsonb_build_object('lines', k, 'first', k, 'reason', {wide(300)}))
    FROM generate_series(0, 49) k)"""
_NUMBERS = f"(SELECT jsonb_object_agg('figure' || k, {wide(200)}) FROM generate_series(0, 49) k)"
_FOUND = f"""jsonb_build_object(
    'chain', 'ethereum', 'wallet', '0x1', 'protocol', 'p', 'kind', 'lp', 'name', {wide(180)}, 'block', 1, 'assets',
    (SELECT jsonb_agg(jsonb_build_object('asset', 'ethereum:0x' || repeat('a', 40), 'units', 1, 'state', 'free'))
     FROM generate_series(1, 2000)))"""
_REPORTS = f"""
INSERT INTO tax_reports (user_id, job_id, year, jurisdiction, method, totals, generated_at, files)
SELECT %(user)s, gen_random_uuid(), 2010 + n %% 90, 'US', 'fifo', {_NUMBERS}, now(), '{{}}'
FROM generate_series(1, %(rows)s) n
"""
FULL = {
    "/v1/alerts/rules": _RULES,
    "/v2/premium/alerts": _RULES,
    "/v1/alerts/history": f"""
        INSERT INTO alert_history (user_id, alert_rule_id, rule_name, rule_type, event_id, event_data, event_time)
        SELECT %(user)s, gen_random_uuid(), {wide(100)}, 'price', {wide(200)} || n,
               jsonb_build_object('kind', 'price', 'chain', 'ethereum', 'memo', {wide(16000)}), now()
        FROM generate_series(1, %(rows)s) n""",
    "/v1/notices": f"""
        INSERT INTO notices (user_id, kind, key, title, text, data, in_app)
        SELECT %(user)s, 'notes.summary', 'k' || n, {wide(200)}, {wide(4000)}, {_NUMBERS}, true
        FROM generate_series(1, %(rows)s) n""",
    "/v1/portfolio/wallets": f"""
        INSERT INTO portfolio_wallets (user_id, address, chains, label)
        SELECT %(user)s, {wide(120)} || n, array_fill(repeat('a', 64), ARRAY[200]), {wide(100)}
        FROM generate_series(1, %(rows)s) n""",
    "/v1/portfolio/flows": f"""
        INSERT INTO portfolio_flows (user_id, wallet, chain, tx, index, asset, units, decimals, kind, block, at,
                                     counted_at)
        SELECT %(user)s, {wide(128)}, 'ethereum', {wide(190)} || n, n, {wide(200)}, repeat('9', 78)::numeric, 18,
               'deposit', 1, now(), now()
        FROM generate_series(1, %(rows)s) n""",
    "/v1/portfolio/nfts": f"""
        WITH watched AS (INSERT INTO portfolio_wallets (user_id, address) VALUES (%(user)s, '0x1'))
        INSERT INTO portfolio_statements (user_id, job_id, as_of, answer)
        SELECT %(user)s, gen_random_uuid(), now(), jsonb_build_object(
            'holdings', '[]'::jsonb, 'findings', '[]'::jsonb, 'positions', '[]'::jsonb, 'coverage', jsonb_build_array(
                jsonb_build_object('wallet', '0x1', 'chain', 'ethereum', 'status', 'fresh')),
            'nfts', (SELECT jsonb_agg(jsonb_build_object('wallet', '0x1', 'chain', 'ethereum', 'contract',
                '0x' || repeat('a', 40), 'number', (n + 1e77::numeric)::text, 'standard', 'erc1155', 'units',
                repeat('9', 78), 'name', {wide(32)}, 'block', 1, 'as_of', now(), 'stale', false))
                FROM generate_series(1, %(rows)s) n))""",
    "/v1/portfolio/positions": f"""
        WITH watched AS (INSERT INTO portfolio_wallets (user_id, address) VALUES (%(user)s, '0x1'))
        INSERT INTO portfolio_positions (user_id, chain, wallet, protocol, kind, name, value_usd, debts_usd, locked_usd,
                                         claimable_usd, found, lines, as_of)
        SELECT %(user)s, 'ethereum', '0x1', 'p', 'lp', {wide(180)} || n, n, 0, 0, 0, {_FOUND}, '[]', now()
        FROM generate_series(1, %(rows)s) n""",
    "/v1/portfolio/assets": f"""
        INSERT INTO portfolio_assets (user_id, chain, asset, symbol, balance, price_usd, value_usd)
        SELECT %(user)s, 'ethereum', {wide(190)} || n, {wide(64)}, repeat('9', 90)::numeric, 1e90, 1e90 + n
        FROM generate_series(1, %(rows)s) n""",
    "/v1/security/scans": f"""
        INSERT INTO security_scans (user_id, job_id, scan_type, chain, target, risk_score, findings, details)
        SELECT %(user)s, gen_random_uuid(), 'contract', 'ethereum', {wide(200)}, 9, {_FINDINGS}, {_NUMBERS}
        FROM generate_series(1, %(rows)s) n""",
    "/v1/security/disputes": f"""
        INSERT INTO security_disputes (user_id, chain, target, finding, text, status, answer, answered_by, answered_at)
        SELECT %(user)s, 'ethereum', {wide(200)}, 'mint', {wide(4000)}, 'upheld', {wide(4000)}, 'staff', now()
        FROM generate_series(1, %(rows)s) n""",
    "/v1/tax/imports": f"""
        INSERT INTO tax_imports (user_id, kind, name, digest, left_out)
        SELECT %(user)s, 'file', {wide(300)}, 'd' || n, {_MANY} FROM generate_series(1, %(rows)s) n""",
    "/v1/tax/reports": _REPORTS,
    "/v2/premium/tax/reports": _REPORTS,
    "/v1/tax/transactions": f"""
        INSERT INTO tax_transactions (user_id, source_key, tx_hash, "timestamp", type, asset, amount, wallet, details)
        SELECT %(user)s, {wide(190)} || n, {wide(128)}, now(), 'buy', {wide(200)}, repeat('9', 120)::numeric,
               {wide(128)}, jsonb_build_object('note', {wide(16000)})
        FROM generate_series(1, %(rows)s) n""",
    "/v1/users/api-keys": f"""
        INSERT INTO api_keys (user_id, name, prefix, key_hash, scopes)
        SELECT %(user)s, {wide(100)}, 'pk_test_', sha256(n::text::bytea), array_fill({wide(100)}, ARRAY[50])
        FROM generate_series(1, %(rows)s) n""",
}
SMALL = {
    "/v1/admin/webhooks": "ids of 255 characters and an error of 500",
    "/v1/admin/users": "an address, a name, two dates: 200 of them have less than a tenth of an answer",
    "/v1/tax/reports/{reportId}/gains": "rows of a document: `tests/integration/tax/test_gains.py` fills one",
    "/v1/compliance/audit-log": "DynamoDB's; what is written is cut to 500 characters a text",
}


def lists() -> list[str]:
    """Every route that takes a cursor."""
    return sorted(
        path for path, item in document()["paths"].items()
        if any(each.get("name") == "cursor" for each in item.get("get", {}).get("parameters", []))
    )  # fmt: skip


def test_every_list_is_filled_here() -> None:
    assert lists() == sorted({**FULL, **SMALL}), "say how its largest rows look"


@pytest.mark.parametrize("path", sorted(FULL))
def test_pages_of_the_largest_rows_fit_and_go_on(
    path: str, at: Platform, add_user: AddUser, postgres: Databases
) -> None:
    user, rows = add_user(tier="enterprise"), ROWS if path in SMALL_ROWS else ROWS // 5
    with psycopg.connect(postgres.url("premium", SUPERUSER)) as connection:
        connection.execute(FULL[path].encode(), {"user": user, "rows": rows})
    seen: list[str] = []
    cursor = None
    for _ in range(rows):
        query = {"limit": str(min(200, rows - 1))} | ({"cursor": cursor} if cursor else {})
        made = handler_of(path)(event("GET", path, by=verdict(user, tier="enterprise"), query=query), None)
        given = answer(made)
        assert given.status == 200, given.text[:500]
        assert len(given.text.encode()) <= MAX_ANSWER_BYTES
        assert len(json.dumps(made)) < LAMBDA
        seen += [one.get("id") or one.get("address") or one["number"] for one in given.json["data"]]
        cursor = given.json["meta"]["pagination"]["nextCursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == rows


def handler_of(path: str) -> Handler:
    return next(entry(app) for app in routers() if app.methods_of(path))
