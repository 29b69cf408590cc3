"""Mails that the stage has sent."""

from __future__ import annotations

import re
import time

from local.inbox import Inbox, kept


def link_to(inbox: Inbox, email: str) -> str:
    """The link in the newest mail to an address."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        mails = [one for one in kept(inbox.messages) if one["to"] == email]
        if mails and (found := re.search(r"https?://\S+#token=\S+", mails[-1]["text"])):
            return found[0]
        time.sleep(0.5)
    raise AssertionError(f"no mail with a link came to {email}")
