"""What must not be lost and what is kept at hand: tables and buckets everywhere, databases and caches on AWS."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_kms as kms
from constructs import Construct

from stacks.constructs import grants
from stacks.constructs.bucket import log_bucket, private_bucket
from stacks.constructs.provision import Provision
from stacks.constructs.table import table
from stacks.frame import Frame, PremiumStack
from stacks.tables import TABLES

_ALL = grants.READ + grants.WRITE


class DataStack(PremiumStack):
    """`tables` by name, `reports`, `exports`, `logs`; `provisions` is what functions and workers may be given."""

    def __init__(self, scope: Construct, *, frame: Frame, key: kms.IKey) -> None:
        super().__init__(scope, "data", frame=frame, description="Premium: databases, caches, tables, buckets")
        self.key = key
        self.tables = {
            name: table(self, name, shape, key=key, removal=frame.store_removal) for name, shape in TABLES.items()
        }
        self.logs = log_bucket(self, "Logs", frame=frame)
        self.reports = private_bucket(self, "Reports", frame=frame, key=key, logs=self.logs, archive_days=90)
        self.exports = private_bucket(self, "Exports", frame=frame, key=key, logs=self.logs, expire_days=30)
        self._outputs()

    def provisions(self) -> dict[str, Provision]:
        """By need (stacks/routes.py); the audit trail can be read and appended to, never changed."""
        append_only = grants.READ + grants.APPEND
        return {
            **{name: self._table(name, _ALL) for name in ("jobs", "idempotency", "usage", "connections")},
            "audit": self._table("audit", append_only),
            "reports": grants.of_bucket("REPORTS_BUCKET", self.reports, self.key, ("s3:GetObject", "s3:PutObject")),
            "exports": grants.of_bucket("EXPORTS_BUCKET", self.exports, self.key, ("s3:GetObject", "s3:PutObject")),
        }

    def _table(self, name: str, actions: tuple[str, ...]) -> Provision:
        return grants.of_table(TABLES[name].variable, self.tables[name], self.key, actions)

    def _outputs(self) -> None:
        for name, made in self.tables.items():
            CfnOutput(self, f"{name.capitalize()}Table", value=made.table_name)
        CfnOutput(self, "ReportsBucket", value=self.reports.bucket_name)
        CfnOutput(self, "ExportsBucket", value=self.exports.bucket_name)
