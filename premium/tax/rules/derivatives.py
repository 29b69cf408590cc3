"""How each country taxes the profits and losses of futures and margin."""

from __future__ import annotations

from typing import NamedTuple


class Treatment(NamedTuple):
    """What a derivative's profit or loss is, and where that stands written."""

    kind: str
    """capital_gain, capital_income or income."""
    text: str
    source: str


_BY_COUNTRY = {
    "US": Treatment(
        "capital_gain",
        "a short-term capital gain or loss (Form 8949); of regulated futures 60/40 by Form 6781",
        "IRC §§ 1234A, 1256",
    ),
    "GB": Treatment(
        "capital_gain", "a chargeable gain or allowable loss, no disposal of tokens", "TCGA 1992 ss 143-144"
    ),
    "DE": Treatment(
        "capital_income",
        "capital income (Termingeschäft), apart from private sales and their Freigrenze",
        "§ 20 Abs. 2 Satz 1 Nr. 3, Abs. 6 EStG",
    ),
    "CA": Treatment(
        "capital_gain", "a capital gain or loss of who speculates and reports so each year, else income", "CRA IT-346R"
    ),
    "AU": Treatment(
        "income", "ordinary income or a deduction, as of contracts for difference", "ITAA 1997 ss 6-5, 8-1; TR 2005/15"
    ),
    "FR": Treatment(
        "capital_income", "a profit of financial futures, apart from digital assets (150 VH bis)", "art. 150 ter CGI"
    ),
    "IE": Treatment("capital_gain", "a chargeable gain or allowable loss", "TCA 1997 ss 28, 532"),
    "JP": Treatment("income", "miscellaneous income, aggregated with the rest", "Income Tax Act art. 35"),
}
_GENERAL = Treatment("capital_gain", "a gain or loss of its own", "no country's rules")


def derivatives_treatment(code: str) -> Treatment:
    """Return the treatment of a country by its code."""
    return _BY_COUNTRY.get(code, _GENERAL)
