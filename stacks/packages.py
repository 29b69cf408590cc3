"""The archives that functions run, and what they run on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_lambda as lambda_


@dataclass(frozen=True)
class Packages:
    """Zip archives made by the builder; their content decides their hash, so an unchanged one is not deployed again."""

    code_archive: Path
    dependencies_archive: Path
    runtime: lambda_.Runtime

    @property
    def code(self) -> lambda_.Code:
        return lambda_.Code.from_asset(str(self.code_archive))

    @property
    def dependencies(self) -> lambda_.Code:
        return lambda_.Code.from_asset(str(self.dependencies_archive))
