"""Why a migration did not happen, in one sentence."""

from __future__ import annotations


class MigrationError(Exception):
    """Printed as it is; the command ends with status 1."""
