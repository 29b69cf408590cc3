"""Whether a call looks at who calls it: by each step that a trace shows.

A frame's sender is asked by the instruction CALLER alone. Code that runs by DELEGATECALL has its caller's sender; what
is called further sees the contract, whoever called that. `tx.origin` stays the same in a batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

CALLER, DELEGATECALL = 0x33, 0xF4

TRACER = (
    "{{s:{{}},d:0,p:0,r:0,step:function(l){{var d=l.getDepth(),o=l.op.toNumber();"
    "if(d>this.d){{this.s[d]=d=={depth}?true:(this.p==0xf4&&this.s[this.d]===true);}}"
    "if(o==0x33&&this.s[d]===true){{this.r++;}}this.d=d;this.p=o;}},"
    "fault:function(l){{}},result:function(){{return{{reads:this.r}};}}}}"
)
"""The same rule for nodes that run a tracer themselves; `depth` is that of the frames whose sender would change."""
_NAMES = {"CALLER": CALLER, "DELEGATECALL": DELEGATECALL}


def tracer(depth: int) -> str:
    """Return the tracer that counts how often frames of this depth ask for their sender.

    Code that they run by DELEGATECALL counts too.
    """
    return TRACER.format(depth=depth)


def reads(steps: Iterable[Mapping[str, Any]], depth: int) -> int:
    """Return the same count from a node's plain list of steps.

    `op` by name, `depth` from 1 on.
    """
    watched: dict[int, bool] = {}
    before, last, found = 0, 0, 0
    for step in steps:
        here, code = int(step["depth"]), _NAMES.get(str(step["op"]), 0)
        if here > before:
            watched[here] = here == depth or (last == DELEGATECALL and watched.get(before, False))
        found += code == CALLER and watched.get(here, False)
        before, last = here, code
    return found
