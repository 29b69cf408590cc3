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
        "IRC §§ 1234A, 1256 (contracts of a regulated exchange alone)",
    ),
    "GB": Treatment(
        "capital_gain",
        "a chargeable gain or allowable loss, no disposal of tokens",
        "TCGA 1992 ss 143-144; HMRC CG56027 (over the counter where a party is an authorised person);"
        " HMRC CRYPTO10150 sends derivatives to CFM50070",
    ),
    "DE": Treatment(
        "capital_income",
        "capital income (Termingeschäft), apart from private sales and their Freigrenze",
        "§ 20 Abs. 2 Satz 1 Nr. 3, Abs. 6 EStG; BFH of 7 June 2024, VIII B 113/23, of contracts for difference",
    ),
    "CA": Treatment(
        "capital_gain",
        "a capital gain or loss of who speculates and reports so each year, else income",
        "CRA IT-346R (20 November 1978, archived), paragraphs 6-8",
    ),
    "AU": Treatment(
        "income",
        "ordinary income or a deduction, as of contracts for difference",
        "ATO TR 2005/15; ITAA 1997 ss 6-5, 8-1, 15-15, 25-40",
    ),
    "FR": Treatment(
        "capital_income",
        "a profit of financial futures, apart from digital assets (150 VH bis)",
        "CGI art. 150 ter; BOI-RPPM-PVBMI-70-10 (20 December 2019), of the contracts of CMF art. D. 211-1 A",
    ),
    "IE": Treatment(
        "capital_gain",
        "a chargeable gain or allowable loss",
        "Revenue eBrief 36/2007 (12 July 2007), of contracts for difference; TCA 1997 ss 28, 532",
    ),
    "JP": Treatment(
        "income",
        "miscellaneous income, aggregated with the rest",
        "NTA, FAQ on crypto-assets (December 2019, margin trading): Income Tax Act art. 35, and not art. 41-14 of the"
        " Act on Special Measures",
    ),
}
_GENERAL = Treatment("capital_gain", "a gain or loss of its own", "no country's rules")


def derivatives_treatment(code: str) -> Treatment:
    """Return the treatment of a country by its code."""
    return _BY_COUNTRY.get(code, _GENERAL)
