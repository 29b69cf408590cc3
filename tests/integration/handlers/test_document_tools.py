"""What others make of the document: linters, generated clients, and a walk along its links."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from handlers.runtime.documents.openapi import document
from premium.bootstrap import Platform
from tests.factories.http import verdict
from tests.integration.handlers.asking import rule
from tests.integration.handlers.conftest import Sign
from tests.integration.handlers.serving import served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[3]
BIN = ROOT / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("document") / "openapi.json"
    path.write_text(json.dumps(document("https://api.example.org", "wss://api.example.org/v1/alerts/stream")))
    return path


@pytest.fixture
def address(at: Platform, sign: Sign) -> Iterator[str]:
    context = rule(token=sign(sub="user_tools", tier="enterprise"))
    with served(verdict(UUID(context["userId"]))) as found:
        yield found


def run(*command: object, cwd: Path = ROOT) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_redocly_finds_no_error_and_no_warning(written: Path) -> None:
    run(BIN / "redocly", "lint", written, "--config", ROOT / "redocly.yaml", "--max-problems", "20")


def test_spectral_finds_no_error_and_no_warning(written: Path) -> None:
    run(BIN / "spectral", "lint", written, "--ruleset", ROOT / ".spectral.yaml", "--fail-severity", "warn")


def test_a_generated_python_client_works(
    written: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "premium_client"
    generator = Path(sys.executable).parent / "openapi-python-client"
    run(generator, "generate", "--path", written, "--meta", "none", "--output-path", folder)
    monkeypatch.syspath_prepend(tmp_path)
    client_module = importlib.import_module("premium_client")
    add, get = (importlib.import_module(f"premium_client.api.alerts.{name}") for name in ("add_rule", "get_rule"))
    models = importlib.import_module("premium_client.models")
    client = client_module.AuthenticatedClient(base_url=address, token="ours")
    wanted: dict[str, Any] = {
        "name": "Whales",
        "type": "whale",
        "conditions": [{"field": "amount_usd", "operator": "gte", "value": "1000000"}],
    }
    made = add.sync(client=client, body=models.NewRule.from_dict(wanted))
    read = get.sync(made.data.id, client=client)
    assert (read.data.name, read.data.conditions[0].value) == ("Whales", "1000000")
    missing = get.sync(UUID(int=1), client=client)
    assert missing.error.code == "NOT_FOUND"


def test_a_generated_typescript_client_works(written: Path, address: str, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    shutil.copy(Path(__file__).with_name("client.ts"), tmp_path)
    run(BIN / "openapi-typescript", written, "--default-non-nullable", "false", "-o", tmp_path / "api.d.ts")
    (tmp_path / "globals.d.ts").write_text("declare const process: { argv: string[] };\n")
    options = {"strict": True, "skipLibCheck": True, "module": "nodenext", "target": "es2022", "types": []}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": {**options, "lib": ["es2022", "dom"]}}))
    run(BIN / "tsc", cwd=tmp_path)
    said = json.loads(run("node", "client.js", address, cwd=tmp_path))
    assert said == {"name": "Whales", "code": "NOT_FOUND", "limit": "100"}


def test_what_a_links_name_leads_to_answers(written: Path, address: str) -> None:
    """Each link of what the example makes is followed by its expression, with the id of the answer."""
    whole = json.loads(written.read_text())
    post = whole["paths"]["/v1/alerts/rules"]["post"]
    made = httpx.post(f"{address}/v1/alerts/rules", json=post["requestBody"]["content"]["application/json"]["example"])
    assert made.status_code == 201, made.text
    path = whole["paths"]["/v1/alerts/rules/{ruleId}"]
    assert path["get"]["operationId"] in post["responses"]["201"]["links"]
    assert httpx.get(f"{address}/v1/alerts/rules/{made.json()['data']['id']}").status_code == 200


def test_the_walk_along_links_finds_no_defect_of_ours(written: Path, address: str) -> None:
    """Schemathesis' stateful phase: what one answer names is asked for next."""
    schema = schemathesis.openapi.from_dict(json.loads(written.read_text()))
    schema.config.update(base_url=address)
    seen: list[int] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc] # a class made from the document
        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            seen.append(response.status_code)
            assert response.status_code < 500 or response.status_code == 503, (case.method, case.path, response.text)

    Walk.run(
        settings=settings(
            max_examples=5,
            stateful_step_count=6,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )
    assert any(200 <= status < 300 for status in seen), seen
