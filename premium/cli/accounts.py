"""Judge logins, end sessions, export and erase users, verify the audit trail: `premium accounts`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from premium.accounts.service import end_sessions
from premium.audit.seals import Seals
from premium.audit.store import KEPT
from premium.bootstrap import platform
from premium.cli.cases import read_cases, write_answers
from premium.cli.operators import add_targets, agreed, changes_state, dry_run, reason
from premium.cli.output import errors_as_sentences
from premium.cli.tables import show
from premium.privacy.service import Exports, erase_now, erased_before, planned
from premium.siwe.cases import Nonces, UnclearCase, verdict


@click.group()
def accounts() -> None:
    """Judge wallet logins offline, end sessions, export and erase users, verify the audit trail."""


@accounts.command("verify-siwe")
@click.option("--input", "source", required=True, help="A JSON file of cases; - is standard input.")
@click.option("--output", default="-", help="Where the verdicts go; by default standard output.")
@click.option("--once", is_flag=True, help="Take each nonce of the run a single time, as a server does.")
def verify_siwe(source: str, output: str, *, once: bool) -> None:
    """Judge messages of EIP-4361 and their signatures.

    A case is {"id", "message" or "fields", "signature"?, "check"?: {"domain"?, "scheme"?, "uri"?, "chain_id"?,
    "nonce"?, "time"?}}; a file is one, a list, or {"cases": [...]}. Without a signature the message is read only; what
    check leaves out is not checked. A verdict is {"id", "valid", "fields", "address", "error": {"code", "field",
    "message"}}. Wallets that are contracts need a node, which this asks never: their signatures are not valid here.
    Exit code 1 only where the file cannot be read.
    """
    nonces = Nonces(once=once)

    def answer(case: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return verdict(case, nonces)
        except UnclearCase as error:
            return {"id": case.get("id"), "error": {"code": "invalid_input", "message": str(error)}}

    with errors_as_sentences():
        write_answers(read_cases(source).answered(answer), output)


@accounts.group()
def sessions() -> None:
    """Look after users' sessions."""


@sessions.command("revoke")
@click.argument("user", type=click.UUID, metavar="USER")
@reason("For the audit trail; 200 characters at most.")
@changes_state
def revoke_sessions(user: UUID, *, why: str) -> None:  # noqa: ARG001 - audited
    """End all sessions of a user, whose streams close; his API keys go on.

    It holds with his next request; he may log in again. `premium users switch USER --off` keeps him out.
    """
    click.echo(f"{end_sessions(platform(), user)} sessions of {user} are over")


@accounts.command("export")
@click.argument("user", type=click.UUID, metavar="USER")
@click.option("--output", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path))
@reason("For the audit trail; 200 characters at most.")
@changes_state
def export(user: UUID, *, output: Path, why: str) -> None:  # noqa: ARG001 - audited
    """Write the archive of all that is known of a user to a file.

    The same as `POST /v1/users/export` makes: JSON by service, his files, and a manifest with rows and SHA-256.
    """
    made = Exports.of(platform()).write(user, output)
    click.echo(f"{output}: {made.size} bytes, {made.rows} rows in {made.files} files, sha256 {made.sha256}")


@accounts.command("erase")
@click.argument("user", type=click.UUID, metavar="[USER]", required=False)
@click.option("--from-receipts", is_flag=True, help="Everybody who was erased, and whom a backup brought back.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
@dry_run
@reason("For the audit trail; 200 characters at most.")
@changes_state
def erase(user: UUID | None, *, from_receipts: bool, as_json: bool, dry_run: bool, yes: bool, why: str) -> None:  # noqa: ARG001 - audited
    """Erase a user's account and data at once, without the day of his own request.

    --dry-run shows every place, what would be done there, and how much lies there. A run that was stopped is taken up
    by the same command. After a database was restored from a backup, and before it serves: `premium accounts erase
    --from-receipts`, which finds by the receipts in the bucket of anchors who must go again.
    """
    if (user is None) == (not from_receipts):
        raise click.UsageError("say a USER, or --from-receipts")
    wanted = list(erased_before(platform())) if user is None else [user]
    if from_receipts:
        add_targets(wanted)
    if user is not None and dry_run:
        show(planned(platform(), user), as_json)
    if not agreed(f"erase {len(wanted)} accounts for good", is_dry_run=dry_run, yes=yes):
        return
    done = [
        {"user": str(each), **erase_now(platform(), each, by="receipt" if from_receipts else "operator")}
        for each in wanted
    ]
    show(done, as_json)


@accounts.group()
def audit() -> None:
    """Look after the audit trail."""


@audit.command("verify")
@click.option("--from", "since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day (UTC).")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; by default the first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document instead of a table.")
def verify_audit(since: datetime, until: datetime | None, *, as_json: bool) -> None:
    """Find entries of the audit trail that were removed, changed or put in.

    Each entry holds the hash of the one before it in its chain; a day's chains are sealed two hours after its end, in a
    bucket whose objects nobody changes. A day without a seal is held against itself alone: whole chains that were
    removed, and last entries, are not seen. Entries are kept for a year. Exit code 1 where something is wrong.
    """
    first, last = since.date(), (until or since).date()
    if not timedelta(0) <= last - first < KEPT:
        raise click.UsageError(f"--to is the day of --from or later, and within {KEPT.days} days of it")
    at = platform()
    if first <= (at.clock.now() - KEPT).date():
        raise click.UsageError(
            f"entries are kept {KEPT.days} days, some longer: what is older cannot be verified whole"
        )
    verdicts = list(Seals.of(at).verify(first, last))
    rows = [
        {
            "day": each.day.isoformat(),
            "entries": each.entries,
            "chains": each.chains,
            "unchained": each.unchained,
            "sealed": "yes" if each.sealed else "no",
            "problems": len(each.problems),
        }
        for each in verdicts
    ]
    show(
        [row | {"said": each.problems} for row, each in zip(rows, verdicts, strict=True)] if as_json else rows, as_json
    )
    problems = [f"{each.day}: {problem}" for each in verdicts for problem in each.problems]
    if problems and not as_json:
        click.echo("\n".join(problems))
    sys.exit(1 if problems else 0)
