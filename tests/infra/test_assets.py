"""Lambda packages: byte-identical when built again, for the right processor, complete in a clean interpreter."""

from __future__ import annotations

import ast
import json
import struct
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import App, Stack

from cdk_app import assets
from cdk_app.base_images import wanted
from cdk_app.parts import frame_of
from cdk_app.stages import STAGES
from cdk_app.targets import LAMBDA, THIS_MACHINE, Target
from stacks.constructs.tasks.built_image import built_image
from stacks.terms.abilities import AWS
from stacks.terms.functions import functions
from tests.infra.templates import Stage

pytestmark = pytest.mark.infra
AARCH64 = 183  # EM_AARCH64


@pytest.mark.parametrize("target", [LAMBDA, THIS_MACHINE])
def test_a_second_build_is_the_same_to_the_byte(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = assets.dependencies(target)
    monkeypatch.setenv("PREMIUM_ASSETS_DIR", str(tmp_path / "lambda"))
    second = assets.dependencies.__wrapped__(target)
    assert second != first
    assert second.name == first.name
    assert second.read_bytes() == first.read_bytes()


def test_code_is_ours_alone_and_the_same_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = assets.code()
    names = zipfile.ZipFile(first).namelist()
    assert {name.split("/")[0] for name in names} == {"handlers", "premium", "reference"}
    assert not [name for name in names if "__pycache__" in name or "test" in Path(name).parts]
    monkeypatch.setenv("PREMIUM_ASSETS_DIR", str(tmp_path / "lambda"))
    assert assets.code.__wrapped__().read_bytes() == first.read_bytes()


def test_the_emulators_functions_compile_no_library(tmp_path: Path) -> None:
    """Each start has a folder of its own: what is compiled there is compiled hundreds of times."""
    for archive in (assets.dependencies(THIS_MACHINE), assets.code()):
        zipfile.ZipFile(archive).extractall(tmp_path)
    script = (
        "import builtins, importlib._bootstrap_external as loading, sys\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(tmp_path / 'python')!r}]\n"
        "compiled, real = [], loading.SourceLoader.source_to_code\n"
        "def seen(self, data, path, **rest):\n"
        "    compiled.append(path)\n"
        "    return real(self, data, path, **rest)\n"
        "loading.SourceLoader.source_to_code = seen\n"
        "import handlers.tax\n"
        f"print(*(path for path in compiled if path.startswith({str(tmp_path / 'python')!r})))\n"
    )
    environment = {"PREMIUM_STAGE": "local", "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "test"}
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, cwd=tmp_path)
    assert done.stdout.split() == []


def test_old_archives_do_not_pile_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREMIUM_ASSETS_DIR", str(tmp_path))
    for number in range(assets.KEPT + 5):
        (tmp_path / f"code-{number}.zip").touch()
    used = assets.code.__wrapped__()
    assert used.exists()
    assert len(list(tmp_path.glob("code-*"))) == assets.KEPT


def test_the_layer_for_aws_is_arm_for_lambdas_python() -> None:
    machines, versions = set(), set()
    with zipfile.ZipFile(assets.dependencies(LAMBDA)) as layer:
        for name in layer.namelist():
            if ".so" in Path(name).suffixes:
                head = layer.read(name)[:20]
                assert head[:4] == b"\x7fELF", name
                machines.add(struct.unpack_from("<H", head, 18)[0])
                versions |= {part for part in name.split(".") if part.startswith("cpython-")}
    assert machines == {AARCH64}
    assert versions == {"cpython-314-aarch64-linux-gnu"}


def test_the_layer_fits_and_holds_what_it_should() -> None:
    with zipfile.ZipFile(assets.dependencies(LAMBDA)) as layer:
        entries = layer.infolist()
    assert sum(entry.file_size for entry in entries) < 100 * 1024**2
    assert {entry.filename.split("/")[0] for entry in entries} == {"python", "certificates"}
    packages = {entry.filename.split("/")[1] for entry in entries}
    assert {"boto3", "psycopg", "pydantic", "redis", "rq", "aws_lambda_powertools"} <= packages
    assert not packages & {"numpy", "reportlab", "web3", "ministack", "aws_cdk"}


def test_every_handler_imports_from_its_package_alone(tmp_path: Path) -> None:
    """A clean interpreter, without this environment's packages: the emulator would hide what is missing."""
    for archive in (assets.dependencies(THIS_MACHINE), assets.code()):
        zipfile.ZipFile(archive).extractall(tmp_path)
    names = [function.module for function in functions()]
    script = (
        "import sys, importlib\n"
        f"sys.path[:0] = [{str(tmp_path)!r}, {str(tmp_path / 'python')!r}]\n"
        f"for name in {names!r}:\n"
        "    assert callable(importlib.import_module(name).handler), name\n"
        "print(*sorted({module.split('.')[0] for module in sys.modules}))\n"
    )
    environment = {"PREMIUM_STAGE": "local", "AWS_DEFAULT_REGION": "us-east-1", "POWERTOOLS_SERVICE_NAME": "test"}
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "pytest" not in done.stdout


def test_the_layer_knows_every_service_that_handlers_call() -> None:
    called = set()
    for package in assets.PACKAGES:
        for path in (assets.ROOT / package).rglob("*.py"):
            if "rotation" in path.parts:
                continue  # a task of its own runs it, with boto3 whole
            called |= set(_clients(ast.parse(path.read_text())))
    assert called
    assert called <= assets.AWS_SERVICES, "name the service in cdk_app/assets.py, or its model is pruned away"


def _clients(tree: ast.AST) -> list[str]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    named = [
        call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr in {"client", "resource"}
    ]
    first = [call.args[0] for call in named if call.args]
    return [str(argument.value) for argument in first if isinstance(argument, ast.Constant)]


def test_stages_share_their_archives_and_a_change_elsewhere_keeps_them(stages: dict[str, Stage]) -> None:
    hashes = {
        name: set(json.loads((stages[name].folder / f"premium-{name}-api.assets.json").read_text())["files"])
        for name in ("dev", "prod")
    }
    shared = hashes["dev"] & hashes["prod"]
    assert len(shared) >= 2, "the layer and the code have the same hash in both"


def test_the_worker_image_is_built_from_what_it_needs() -> None:
    context = assets.worker_context()
    assert {path.name for path in context.iterdir()} == {
        "Dockerfile",
        "certificates",
        "requirements",
        "premium",
        "workers",
        "migrations",
        "solidity",
    }
    dockerfile = (context / "Dockerfile").read_text()
    assert "--require-hashes" in dockerfile
    assert "USER 10001" in dockerfile


def test_an_image_stands_on_the_bases_of_its_release(tmp_path: Path) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "Dockerfile").write_text(
        "ARG PYTHON_IMAGE=python:3.13-slim-bookworm\nFROM ${PYTHON_IMAGE}\n"
    )
    bases = {name: f"{image}@sha256:{'0a' * 32}" for name, image in wanted().items()}
    app = App(outdir=str(tmp_path / "out"))
    stack, plain = Stack(app, "images"), frame_of(STAGES["dev"], AWS)
    tagged = built_image(stack, "Tagged", frame=plain, directory=str(tmp_path / "worker"))
    pinned = built_image(stack, "Pinned", frame=replace(plain, bases=bases), directory=str(tmp_path / "worker"))
    assert tagged.asset_hash != pinned.asset_hash, "another digest is another image"
    app.synth()
    sources = json.loads((tmp_path / "out" / "images.assets.json").read_text())["dockerImages"]
    built = {name: sources[image.asset_hash]["source"] for name, image in (("tagged", tagged), ("pinned", pinned))}
    assert "dockerBuildArgs" not in built["tagged"]
    assert built["pinned"]["dockerBuildArgs"] == {"PYTHON_IMAGE": bases["PYTHON_IMAGE"]}, (
        "and none of another Dockerfile"
    )
