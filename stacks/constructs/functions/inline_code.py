"""Hold the code of small functions inside a template.

They need no archive and no layer.
"""

from __future__ import annotations

from pathlib import Path

from aws_cdk import aws_lambda as lambda_

FOLDER = Path(__file__).parents[2] / "lambdas"
_FUTURE = "from __future__ import annotations\n"
_SHARED = "from stacks.lambdas.answer import answer\n"


def inline(name: str) -> lambda_.Code:
    """Return the code of `stacks/lambdas/<name>.py`, called as `index.handler`."""
    return lambda_.Code.from_inline(inline_text(name))


def inline_text(name: str) -> str:
    """Return a module as one file.

    What it imports of its neighbour is put in the import's place.
    """
    text = (FOLDER / f"{name}.py").read_text()
    if _SHARED not in text:
        return text
    _, _, answer = (FOLDER / "answer.py").read_text().partition(_FUTURE)
    return text.replace(_SHARED, answer.lstrip("\n"))
