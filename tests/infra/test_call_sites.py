"""Every place of the code that calls AWS is in `calls.csv`, and so is held to a role (test_rights.py)."""

from __future__ import annotations

import ast

import pytest

from tests.fixtures.calls import known, rows
from tests.infra.call_sites import functions_in, modules, operations, sites, sites_in

pytestmark = pytest.mark.infra


def test_every_place_that_calls_aws_is_held_to_a_role() -> None:
    """A call that no row has is one whose right nobody has looked at: record it, or read who makes it."""
    held = {(call.site, call.action) for call in known()}
    missing = [site for site in sites() if not any((site.place, action) in held for action in site.actions)]
    assert missing == []


def test_every_row_names_a_place_that_is_there() -> None:
    places = {f"{module}:{function}" for module, tree in modules() for function in functions_in(tree)}
    assert {call.site for call in known()} - places == set()


def test_every_row_says_how_it_was_seen() -> None:
    assert set(rows().values()) <= {"recorded", "read"}


NOTES = """
class Notes:
    async def erase(self, key):
        self._s3.delete_object(Bucket=self.bucket, Key=key)

    def tell(self, arn):
        def later():
            return self.client().publish(TopicArn=arn, Message="gone")

        return later

def read(table):
    return retried(partial(table.batch_get_item, RequestItems={}))

def stream(connection, table, condition):
    connection.publish("channel", "text")
    return table.query(condition)

boto3.client("sqs").purge_queue(QueueUrl="x")
"""


def test_a_new_call_is_seen_however_it_is_written() -> None:
    known_methods = {**operations(), "publish": ("sns:Publish",), "query": ("dynamodb:Query",)}
    found = sites_in("premium.notes.store", ast.parse(NOTES), known_methods)
    assert [(site.place.partition(":")[2], site.method, site.actions) for site in found] == [
        ("Notes.erase", "delete_object", ("s3:DeleteObject",)),
        ("Notes.tell", "publish", ("sns:Publish",)),
        ("read", "batch_get_item", ("dynamodb:BatchGetItem",)),
        ("<module>", "purge_queue", ("sqs:PurgeQueue",)),
    ]
    held = {(call.site, call.action) for call in known()}
    assert ("premium.notes.store:Notes.erase", "s3:DeleteObject") not in held
