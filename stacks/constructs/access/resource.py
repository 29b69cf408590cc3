"""The CloudFormation resource under a construct, for the few properties its class does not offer."""

from __future__ import annotations

from typing import TypeVar

from aws_cdk import CfnElement
from constructs import IConstruct

Kind = TypeVar("Kind", bound=CfnElement)


def resource(construct: IConstruct, kind: type[Kind]) -> Kind:
    """Return the default child as the class it must have; TypeError otherwise."""
    child = construct.node.default_child
    if not isinstance(child, kind):
        raise TypeError(f"{construct.node.path} is not made of a {kind.__name__}")
    return child
