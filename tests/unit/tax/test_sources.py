"""Each row of each country's tables names a statute or an authority's guidance, or says that none was found."""

from __future__ import annotations

import re
from typing import Any

import pytest

from premium.errors import Unprocessable
from premium.tax.rules.derivatives import derivatives_treatment
from premium.tax.rules.receipts import is_assumed
from premium.tax.rules.registry import JURISDICTIONS
from tests.unit.tax.histories import result, tx

pytestmark = pytest.mark.unit
COUNTRIES = sorted(code for code, rules in JURISDICTIONS.items() if not rules.any_currency)
AUTHORITIES = (
    "IRC|Rev\\. Rul\\.|Notice|TCGA 1992|HMRC|CRYPTO|EStG|BMF|ITA s|CRA|ITAA 1997|ATO|CGI|BOI|TCA 1997|Revenue"
    "|Income Tax Act|NTA"
)
CITED = re.compile(rf"(?=.*\d).*({AUTHORITIES})")


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_row_has_its_source_or_says_that_it_has_none(country: str) -> None:
    rules = JURISDICTIONS[country]
    rows = {kind: row.source for kind, row in (*rules.receipts.items(), *rules.conversions.items())}
    rows |= {"derivatives": derivatives_treatment(country).source, "money": rules.currency_gains.source}
    assert {kind: text for kind, text in rows.items() if not is_assumed(text) and not CITED.search(text)} == {}
    assert not [text for text in rows.values() if "not read" in text]


SHORT: list[dict[str, Any]] = [
    tx("l", "2024-05-01T10:00:00Z", "loan", "1", "40000"),
    tx("s", "2024-05-01T12:00:00Z", "sell", "1", "40000"),
    tx("b", "2024-07-01T12:00:00Z", "buy", "1", "30000"),
    tx("r", "2024-07-01T13:00:00Z", "repayment", "1", "30000"),
]


@pytest.mark.parametrize(("country", "total"), [("GB", "0"), ("AU", "0"), ("US", "10000"), ("DE", "10000")])
def test_a_borrowed_coin_sold_and_bought_back_gains_or_is_told_of(country: str, total: str) -> None:
    """HMRC CRYPTO61630 and CRYPTO61650: acquired at what the promise is worth, given back at market value."""
    out = result(country, SHORT)
    assert out["totals"]["total"] == total
    told = [each["message"] for each in out["warnings"] if each["code"] == "loan_gap_not_counted"]
    assert len(told) == (total == "0")
    if told:
        assert "a debt of 40000 was discharged by units worth 30000: the difference of 10000 is in no figure" in told[0]
        with pytest.raises(Unprocessable, match="the difference of 10000"):
            result(country, SHORT, strict=True)


def test_a_debt_that_is_given_back_at_its_worth_leaves_no_doubt() -> None:
    rows = [SHORT[0], tx("r", "2024-05-02", "repayment", "1", "40000")]
    assert "loan_gap_not_counted" not in {each["code"] for each in result("GB", rows)["warnings"]}
