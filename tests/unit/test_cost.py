"""The bill: units checked against known bills, tiers for the whole account, what is unpriced, reports."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cdk_app.cost.bill import Bill, bill, templates_of
from cdk_app.cost.charges import Resource, Templates
from cdk_app.cost.report import as_json, compared, report
from cdk_app.cost.table import READ_ON, PriceError, prices
from cdk_app.cost.usage import Usage, UsageError, usage_of

pytestmark = pytest.mark.unit
TABLE = prices("us-east-1")


def dollars(key: str, quantity: str | int) -> Decimal:
    return TABLE[key].of(Decimal(quantity)).quantize(Decimal("0.01"))


@pytest.mark.parametrize(
    ("key", "quantity", "known"),
    [
        ("nat.hour", 730, "32.85"),
        ("nat.gb", 100, "4.50"),
        ("endpoint.hour", 1460, "14.60"),
        ("ebs.gp3", 40, "3.20"),
        ("rds.gp3", 20, "2.30"),
        ("secret.month", 1, "0.40"),
        ("kms.key", 1, "1.00"),
        ("lambda.provisioned", 9_000_000, "30.00"),
        ("lambda.requests", 11_000_000, "2.00"),
        ("lambda.gb_second", 400_000 + 17_500, "0.23"),
        ("http.requests", 300_000_000, "300.00"),
        ("http.requests", 1_000_000_000, "930.00"),
        ("socket.messages", 1_000_000_000, "1000.00"),
        ("socket.minutes", 10_000_000, "2.50"),
        ("sqs.requests", 3_000_000, "0.80"),
        ("waf.requests", 1_000_000, "0.60"),
        ("logs.gb", 1005, "500.00"),
        ("logs.kept", 500, "15.00"),
        ("alarm.month", 12, "0.20"),
        ("dashboard.month", 4, "3.00"),
        ("cloudfront.functions", 2_200_000, "0.02"),
        ("dynamodb.gb", 255, "57.50"),
        ("dynamodb.pitr", 2300, "460.00"),
        ("s3.gb", 10_000, "230.00"),
    ],
)
def test_units_are_those_of_known_bills(key: str, quantity: int, known: str) -> None:
    """Figures that a public estimator prints of AWS's own price list, plus what is free every month."""
    assert dollars(key, quantity) == Decimal(known)


def test_every_price_says_where_it_is_from_and_what_it_counts() -> None:
    for price in TABLE.values():
        assert price.source.startswith("https://aws.amazon.com/"), price.key
        assert price.unit
        assert price.service


def test_what_has_no_second_source_is_told() -> None:
    confirmed = [price.key for price in TABLE.values() if price.checked]
    assert all(re.fullmatch(r"\S+ 20\d\d(-\d\d-\d\d)?", TABLE[key].checked) for key in confirmed)
    made = bill(Templates((Resource("edge", "Mail", "AWS::EC2::EIP", {}),)), Usage(mails=Decimal(10_000)), TABLE)
    assert made.unchecked == {"ses.mails": Decimal("1.0000")}
    assert "22 % of the bill" in report("dev", "us-east-1", made, Usage(), date(2026, 11, 29))


def test_a_region_without_prices_is_a_sentence() -> None:
    with pytest.raises(PriceError, match="there are no prices of mars-1"):
        prices("mars-1")


def test_what_no_rule_or_price_knows_is_listed_and_never_guessed() -> None:
    odd = Resource("data", "Lake", "AWS::Redshift::Cluster", {})
    huge = Resource("data", "Huge", "AWS::RDS::DBInstance", {"DBInstanceClass": "db.x9.huge", "AllocatedStorage": "20"})
    made = bill(Templates((odd, huge)), Usage(), TABLE)
    assert made.unpriced == ("data/Lake: no rule for AWS::Redshift::Cluster", "data/Huge: no price rds.db.x9.huge")
    assert [item.key for item in made.items] == ["rds.gp3"]


def test_what_is_free_is_free_for_the_account_not_for_each() -> None:
    boards = Templates(tuple(Resource("x", f"Board{n}", "AWS::CloudWatch::Dashboard", {}) for n in range(6)))
    made = bill(boards, Usage(), TABLE)
    assert made.total == 9
    assert {item.dollars for item in made.items} == {Decimal("1.5")}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("{", "cannot be read"), ('{"requests": -1}', "requests"), ('{"surprise": 1}', "surprise"), ("[]", "valid")],
)
def test_a_wrong_usage_file_is_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    file = tmp_path / "usage.json"
    file.write_text(text)
    with pytest.raises(UsageError, match=sentence):
        usage_of("dev", file)


def test_a_class_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(UsageError, match=r"task_hours\.chess"):
        bill(Templates(()), Usage(task_hours={"chess": Decimal(1)}), TABLE)


def made_up() -> Bill:
    gate = Resource("network", "Gate", "AWS::EC2::NatGateway", {})
    return bill(Templates((gate,)), Usage(users=2, requests=Decimal(10**6), assumptions=("a guess",)), TABLE)


def test_the_report_says_what_it_is_made_of() -> None:
    usage = Usage(users=2, requests=Decimal(10**6), assumptions=("a guess",))
    lines = report("prod", "us-east-1", made_up(), usage, READ_ON)
    for part in ("total", "fixed", "a user", "1,000 calls", "network/Gate", "a guess", "unpriced: nothing", "sketch"):
        assert part in lines
    assert "days old" not in lines
    assert "days old" in report("prod", "us-east-1", made_up(), usage, date(READ_ON.year + 1, 12, 1))


def test_two_bills_are_compared_item_by_item() -> None:
    before = bill(Templates(()), Usage(), TABLE)
    said = compared(before, made_up(), "main")
    assert "+32.85" in said
    assert json.loads(as_json("prod", "us-east-1", made_up(), before))["before"] == "0.00"


def test_templates_are_read_by_stack(tmp_path: Path) -> None:
    body = {"Resources": {"Gate": {"Type": "AWS::EC2::NatGateway"}}}
    (tmp_path / "premium-dev-network.template.json").write_text(json.dumps(body))
    (tmp_path / "premium-prod-network.template.json").write_text(json.dumps(body))
    (found,) = templates_of(tmp_path, "dev").resources
    assert (found.stack, found.name, found.properties) == ("network", "Gate", {})
