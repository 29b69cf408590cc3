"""What single countries add to the report: Germany's two sums, Australia's net capital gain, …"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from premium.tax.calculate import Report


def extras(report: Report) -> dict[str, Any]:
    """Members of the document that this jurisdiction has and others have not."""
    return {}
