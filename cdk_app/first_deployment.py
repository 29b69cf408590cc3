"""List the resources that a stage's first deployment would create.

`python -m cdk_app.first_deployment cdk.out/<stage>`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

WIDTH = 118


def created(template: Path) -> Counter[str]:
    """Count a template's resources by type (`Lambda::Function`).

    CDK's own metadata are left out.
    """
    resources = json.loads(template.read_text()).get("Resources", {}).values()
    kinds = Counter(str(resource["Type"]).removeprefix("AWS::") for resource in resources)
    del kinds["CDK::Metadata"]
    return kinds


def lines(assembly: Path) -> Iterator[str]:
    """Yield each stack with its resources, then their number in all.

    Stacks come in the order of the files' names.
    """
    total = 0
    for template in sorted(assembly.glob("*.template.json")):
        kinds = created(template)
        total += kinds.total()
        yield f"[+] {template.name.removesuffix('.template.json')}: {kinds.total()} resources"
        named = ", ".join(f"{count}x{kind}" for kind, count in sorted(kinds.items()))
        yield fill(named, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)
    yield f"{total} resources in all."


if __name__ == "__main__":
    print("\n".join(lines(Path(sys.argv[1]))))
