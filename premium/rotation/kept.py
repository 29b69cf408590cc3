"""A secret of Secrets Manager as a rotation changes it: a value proposed, then promoted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from premium.config import ConfigurationError
from premium.rotation.turn import Step, new_password
from premium.storage.aws import error_code, translated

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

STAMP = "rotation"
_CURRENT, _PROPOSED = "AWSCURRENT", "AWSPENDING"
Fields = Mapping[str, str]


class Kept:
    """A secret by its ARN; always read afresh."""

    def __init__(self, client: SecretsManagerClient, arn: str) -> None:
        self._client, self.arn = client, arn

    def fields(self) -> Fields:
        """Return the value in force."""
        return self._read(_CURRENT) or {}

    def proposed(self) -> Fields | None:
        """Return the value that waits to be promoted, if one does."""
        stages = self._stages()
        return self._read(_PROPOSED) if stages.get(_PROPOSED) not in (None, stages.get(_CURRENT)) else None

    def put(self, fields: Fields) -> None:
        """Set the value in force."""
        self._put(fields, _CURRENT)

    def propose(self, fields: Fields) -> None:
        """Keep a value beside the one in force.

        So a process that died knows it again.
        """
        self._put(fields, _PROPOSED)

    def promote(self) -> None:
        """Put the proposed value in force; nothing waits any more."""
        stages = self._stages()
        with translated("Secrets Manager"):
            self._client.update_secret_version_stage(
                SecretId=self.arn,
                VersionStage=_CURRENT,
                MoveToVersionId=stages[_PROPOSED],
                RemoveFromVersionId=stages[_CURRENT],
            )
            self._client.update_secret_version_stage(
                SecretId=self.arn, VersionStage=_PROPOSED, RemoveFromVersionId=stages[_PROPOSED]
            )

    def stamp(self) -> str:
        """Return the rotation that the value in force is of."""
        return self.fields().get(STAMP, "")

    def stamps(self) -> tuple[str, str]:
        """Return the rotations of the value in force and of the one that waits."""
        return self.stamp(), (self.proposed() or {}).get(STAMP, "")

    def renew(self, rotation: str, apply: Callable[[Fields], None], step: Step, length: int = 40) -> None:
        """Give it a new password once a rotation: proposed, made valid by `apply`, promoted."""
        if self.stamp() == rotation:
            return
        fields = self.proposal(rotation, step, length)
        apply(fields)
        step("promote")
        self.promote()

    def proposal(self, rotation: str, step: Step, length: int = 40) -> Fields:
        """Return this rotation's proposed value, the one that is there where there is one."""
        waiting = self.proposed()
        if waiting is not None and waiting.get(STAMP) == rotation:
            return waiting
        fields = {**self.fields(), "password": new_password(length), STAMP: rotation}
        step("propose")
        self.propose(fields)
        return fields

    def _read(self, stage: str) -> Fields | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - only here

        try:
            with translated("Secrets Manager"):
                text = self._client.get_secret_value(SecretId=self.arn, VersionStage=stage)["SecretString"]
        except ClientError as error:
            if error_code(error) == "ResourceNotFoundException" and stage == _PROPOSED:
                return None
            raise
        fields = json.loads(text)
        if not isinstance(fields, dict):
            raise ConfigurationError(f"the secret {self.arn} is not a JSON object")
        return {str(name): str(value) for name, value in fields.items()}

    def _put(self, fields: Fields, stage: str) -> None:
        with translated("Secrets Manager"):
            self._client.put_secret_value(
                SecretId=self.arn, SecretString=json.dumps(dict(fields)), VersionStages=[stage]
            )

    def _stages(self) -> dict[str, str]:
        with translated("Secrets Manager"):
            versions = self._client.describe_secret(SecretId=self.arn).get("VersionIdsToStages", {})
        return {stage: version for version, stages in versions.items() for stage in stages}
