"""How the TimescaleDB host boots: image, files, values, and a signal.

The user data runs at every start and brings the release's files; systemd starts what they hold. Nothing of it is on
the instance alone, so that another one is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from aws_cdk import CfnWaitCondition, CfnWaitConditionHandle, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from stacks.constructs.access.groups import BOUNCER_PORT, TIMESERIES_PORT
from stacks.constructs.tasks.built_image import built_image
from stacks.constructs.timescale.host_measures import read_measures
from stacks.constructs.watch.log_group import log_group
from stacks.hosts.user_data import FILES, SCRIPT, fill
from stacks.terms.frame import Frame

IMAGE = Path(__file__).parents[2] / "images" / "timescale"
_ALWAYS = "#cloud-config\ncloud_final_modules:\n- [scripts-user, always]\n"
_UP = "1500"  # seconds: the image is pulled, the cluster made, the archive checked


class TimescaleBoot(Construct):
    """`image`, `files` and `log_group` of the host.

    `user_data` starts it, `awaited_by` waits for it.
    """

    def __init__(self, scope: Construct, name: str, *, frame: Frame, values: Mapping[str, str], also: str) -> None:
        """`also` is what else must make the host start again (its size, its machine image)."""
        super().__init__(scope, name)
        self.log_group = log_group(self, "Logs", frame=frame)
        read_measures(self, self.log_group)
        self.image = built_image(self, "Image", frame=frame, directory=str(IMAGE))
        self.files = assets.Asset(self, "Files", path=str(FILES), exclude=[SCRIPT.name])
        self._values = {**self._known(), **values}
        self._digest = self._digested(also)

    @cached_property
    def _handle(self) -> CfnWaitConditionHandle:
        """Return the signal's address, made for an instance alone."""
        return CfnWaitConditionHandle(self, f"Signal{self._digest}")

    @property
    def user_data(self) -> str:
        """Return the text whose script cloud-init runs at every start."""
        region = Stack.of(self).region
        script = fill(self._values, files=self.files.s3_object_url, region=region, signal=self._handle.ref)
        parts = ec2.MultipartUserData()
        parts.add_part(ec2.MultipartBody.from_raw_body(content_type="text/cloud-config", body=_ALWAYS))
        parts.add_part(ec2.MultipartBody.from_raw_body(content_type="text/x-shellscript", body=script))
        return parts.render()

    def awaited_by(self, attachment: ec2.CfnVolumeAttachment) -> None:
        """Let the stack wait for the signal, once the volume is attached."""
        name = f"Up{self._digest}"
        CfnWaitCondition(self, name, count=1, handle=self._handle.ref, timeout=_UP).node.add_dependency(attachment)

    def _known(self) -> dict[str, str]:
        return {
            "IMAGE": self.image.image_uri,
            "REGION": Stack.of(self).region,
            "LOG_GROUP": self.log_group.log_group_name,
            "PORT": str(TIMESERIES_PORT),
            "BOUNCER_PORT": str(BOUNCER_PORT),
            "MAX_CONNECTIONS": "100",
            "LIBRARIES": "timescaledb",
            "PREPARED_STATEMENTS": "200",
        }

    def _digested(self, also: str) -> str:
        """Name the signal after what the host is made of.

        So that a change waits for a signal of its own.
        """
        plain = {name: value for name, value in self._values.items() if "${Token" not in value}
        made = [self.image.asset_hash, self.files.asset_hash, SCRIPT.read_text(), also]
        text = json.dumps([made, plain], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]
