"""Show what the tax service reads, and what one history comes to in eight countries.

`make show NAME=tax`: the list of formats, one that is added from nothing, four files imported over the public API, the
papers of a year, and every method side by side, each figure beside the offline command's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from local.journey.client import Client, Refused
from local.journey.tax import check_form
from local.journey.tokens import token
from local.journey.walk import must_equal
from local.places import Places
from local.progress import say, step
from local.show.tax_files import DECLARED, FILES, UNKNOWN
from local.up import Stage, up
from premium.money import money_shown
from premium.tax.importers.declared.table import listed

YEAR = 2024
COUNTRIES = ("US", "GB", "DE", "CA", "AU", "FR", "IE", "JP")
_NAME = "corner-desk.csv"
_IMPORT = "/v1/tax/transactions/import"


def show_tax(places: Places) -> None:
    stage = up(places)
    say("\nWhat the tax service reads:\n")
    _formats()
    say("\nOne user's files of four places, one of which nobody knows:\n")
    begun = time.monotonic()
    walk_tax(stage)
    say(f"\nShown in {time.monotonic() - begun:.1f} s. Everything runs on. Stop it with: make down")
    say("Beside RP2 and BittyTax, and for a million trades: make bench NAME=tax")


def walk_tax(stage: Stage) -> None:
    """Walk from four files to what-if in eight countries, and print each step's evidence.

    LocalError where a figure is not the offline command's.
    """
    api = Client(stage.api, token(stage.places.state, f"tax_{time.time_ns()}"))
    _imported(api)
    _added(api)
    _papers(api)
    _compared(api)


def _formats() -> None:
    for each in listed():
        say(f"{each.name:<24} {each.years:<44} {each.samples} samples  {each.source}")


def _imported(api: Client) -> None:
    for name, text in FILES.items():
        with step(f"{name}, as its exchange writes it") as note:
            made = api.post(_IMPORT, {"csv": text, "file_name": name})
            must_equal(f"what is refused of {name}", made["skipped"], 0)
            again = api.post(_IMPORT, {"csv": text, "file_name": name})
            must_equal(f"what {name} adds a second time", again["added"], 0)
            note.text = f"{made['lines']} lines, {made['added']} events; sent again it adds none"


def _added(api: Client) -> None:
    begun = time.monotonic()
    with step("A file that no importer knows is refused") as note:
        try:
            api.post(_IMPORT, {"csv": UNKNOWN, "file_name": _NAME})
        except Refused as refused:
            must_equal("whether the way to map it is told", "map" in str(refused), True)
            note.text = "with the way to say what its columns mean"
        else:
            must_equal("whether an unknown file was read", True, False)
    said = _declared()
    body = {"csv": UNKNOWN, "file_name": _NAME, "map": said}
    with step("Its format, declared in thirty lines, looked at") as note:
        shown = api.post(_IMPORT, body | {"preview": True})
        must_equal("what a preview stores", shown["added"], 0)
        rows = [f"{row['type']} {row['amount']} {row['asset']}" for row in shown["preview"]]
        note.text = f"{'; '.join(rows)}; a note left out"
        must_equal("rows of the preview", rows, ["buy 120.5 LINK", "sell 60.25 LINK", "income 0.75 LINK"])
    with step("And imported") as note:
        made = api.post(_IMPORT, body)
        must_equal("what the import added", made["added"], 3)
        note.text = f"{time.monotonic() - begun:.1f} s after it was refused"


def _declared() -> dict[str, Any]:
    return tomllib.loads(DECLARED)


def _papers(api: Client) -> None:
    with step("What the US files for the year") as note:
        job = api.wait_for(api.post("/v1/tax/reports", {"year": YEAR, "jurisdiction": "US", "method": "fifo"}))
        made = api.get(f"/v1/tax/reports/{job['id']}")
        documents = {name: api.download(link) for name, link in made["links"].items()}
        check_form(documents["form_8949_csv"], made["totals"]["totals"])
        lines = len(documents["form_8949_csv"].splitlines()) - 1 - documents["form_8949_csv"].count(b",TOTAL,")
        must_equal("the records of TXF", documents["turbotax_txf"].count(b"TD\r\n"), lines)
        note.text = ", ".join(sorted(documents))


def _compared(api: Client) -> None:
    with tempfile.TemporaryDirectory(prefix="tax-show-") as name:
        sources = _written(Path(name))
        for country in COUNTRIES:
            with step(f"{country}: every method that it allows") as note:
                api.wait_for(api.post("/v1/tax/compare", {"year": YEAR, "jurisdiction": country}))
                online = api.get(f"/v1/tax/compare/{YEAR}?jurisdiction={country}")
                offline = _offline(sources, country)
                theirs = {each["method"]: money_shown(Decimal(each["totals"]["total"])) for each in offline}
                ours = {each["method"]: each["totals"]["total"] for each in online["methods"]}
                must_equal(f"what {country}'s methods come to", ours, theirs)
                figures = ", ".join(f"{method} {Decimal(total):,.2f}" for method, total in ours.items())
                note.text = f"{figures} {online['currency']}"


def _written(folder: Path) -> Sequence[str]:
    """Write the files, and say them as options of the offline command."""
    options = list[str]()
    for name, text in {**FILES, _NAME: UNKNOWN}.items():
        (folder / name).write_text(text)
        options += ("--input", str(folder / name))
    (folder / "map.json").write_text(json.dumps(_declared()))
    return (*options, "--map", str(folder / "map.json"))


def _offline(sources: Sequence[str], country: str) -> list[dict[str, Any]]:
    command = (sys.executable, "-m", "premium.cli", "tax", "compare", *sources, "--json")
    asked = (*command, "--jurisdiction", country, "--year", str(YEAR))
    made = subprocess.run(asked, capture_output=True, text=True, check=True)
    methods: list[dict[str, Any]] = json.loads(made.stdout)["methods"]
    return methods
