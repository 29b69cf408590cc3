"""The work of logins: mails with links."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from premium.accounts.service import ways_in
from premium.execution.context import JobContext
from premium.execution.runtime import job
from premium.logins.jobs import MAIL, LetterPayload
from premium.logins.letters import Letters
from premium.logins.model import Letter
from premium.logins.service import Logins, letters_of
from premium.notifications.service import send_mail
from premium.observability import logger

A_DAY = 5
"""Mails to one address, whoever asks; more are asked for in vain, and nobody is told."""
_DAY_SECONDS = 86_400
_NOT_YOU = "If you did not ask for this, do nothing: nothing changes."
_ONCE = "The link works once, for half an hour."


@job(MAIL)
def mail(context: JobContext, payload: LetterPayload) -> Mapping[str, Any]:
    """Send one mail, to an address that is to have it.

    A repeat sends it again, with another link; of all links of a letter one works.
    """
    platform = context.platform
    letters = letters_of(platform)
    letter = letters.read(payload.letter)
    if letter is None:
        return {"sent": False, "why": "over"}
    context.point("first_write")
    if _too_many(context, letter):
        logger.warning("a mail is held back: its address got five on this day", letter=str(letter.id))
        return {"sent": False, "why": "too many"}
    said = _text(context, letters, letter)
    sent = said is not None and send_mail(platform, message_id=letter.id, to=letter.email, title=said[0], text=said[1])
    context.point("before_commit")
    return {"sent": sent}


def _text(context: JobContext, letters: Letters, letter: Letter) -> tuple[str, str] | None:
    """Return title and text; None where the address gets nothing."""
    page = Logins.of(context.platform).page
    known = ways_in(context.platform, by_worker=True).by_email(letter.email)
    if letter.purpose == "register":
        if known is not None:
            text = f"Somebody wanted to register with this address, which has an account already: log in at {page} "
            return "You have an account already", f"{text}the way you know. {_NOT_YOU}"
        link = f"{page}/register#token={letters.link(letter)}"
        return "Confirm your registration", f"Open {link} to make your account. {_ONCE} {_NOT_YOU}"
    if known is None:
        return None
    if known.password is None:
        return "No password here", f"Your account has no password: log in at {page} the way you know. {_NOT_YOU}"
    link = f"{page}/reset#token={letters.link(letter)}"
    return "Set another password", f"Open {link} to set another password. {_ONCE} {_NOT_YOU}"


def _too_many(context: JobContext, letter: Letter) -> bool:
    redis = context.platform.redis(2)
    name = f"login-mails:{hashlib.sha256(letter.email.encode()).hexdigest()}"
    with redis.pipeline(transaction=True) as pipeline:
        pipeline.sadd(name, str(letter.id))
        pipeline.expire(name, _DAY_SECONDS, nx=True)
        pipeline.scard(name)
        *_, asked = pipeline.execute()
    return bool(int(asked) > A_DAY)
