"""Documents in the European Central Bank's own shape."""

from __future__ import annotations

from collections.abc import Mapping

_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" \
xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>European Central Bank</gesmes:name>
\t</gesmes:Sender>
\t<Cube>
%s\t</Cube>
</gesmes:Envelope>
"""


def document(days: Mapping[str, Mapping[str, str]]) -> bytes:
    """Rates by day and currency, the newest day first, as the bank writes them."""
    cubes = "".join(
        f"\t\t<Cube time='{day}'>\n"
        + "".join(f"\t\t\t<Cube currency='{code}' rate='{rate}'/>\n" for code, rate in rates.items())
        + "\t\t</Cube>\n"
        for day, rates in days.items()
    )
    return (_ENVELOPE % cubes).encode()
