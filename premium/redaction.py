"""Keep secrets out of logs and audit entries.

Secrets are known by the name of their field, and by texts that look like one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"

# `token` alone or with a prefix of authentication is a credential; `token_address`, `token_in` are ERC-20s.
_NAME = re.compile(
    r"(?:^|[_-])(?:authorization|cookies?|password|passwd|secret|jwt|mnemonic|credentials?)$"
    r"|^(?:access|refresh|id|auth|bearer|session|csrf)?[_-]?token$"
    r"|(?:api|private|secret|signing|encryption)[_-]?key$"
    r"|^(?:x-api-key|key_hash|clientsecret|totp|sec-websocket-protocol)$",
    re.IGNORECASE,
)
_TEXTS = (
    (re.compile(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1\2{HIDDEN}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), HIDDEN),
    (re.compile(r"\b(pdk_[A-Za-z0-9]{8})_[A-Za-z0-9_-]{16,}"), rf"\1_{HIDDEN}"),
    (re.compile(r"\b(pst|prt|plk)_[A-Za-z0-9_-]{16,}"), rf"\1_{HIDDEN}"),
    (
        re.compile(
            r"(?i)\b((?:access_?|refresh_?|id_?)?token|api_?key|key|secret|password|signature|x-amz-[a-z-]+)"
            r"=(?!\[)[^&\s\"'\\]+"
        ),
        rf"\1={HIDDEN}",
    ),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://[^/\s:@\"\\]*:)[^@\s/\"\\]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL), HIDDEN),
)


def hidden(value: Any) -> Any:
    """Return the structure with the values of secret fields replaced."""
    if isinstance(value, Mapping):
        return {
            name: HIDDEN if _NAME.search(str(name)) and member else hidden(member) for name, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [hidden(member) for member in value]
    return value


def hidden_text(text: str) -> str:
    """Return the text without what looks like a secret.

    A token, a key, a password in a URL or a query; JSON stays JSON.
    """
    for pattern, replacement in _TEXTS:
        text = pattern.sub(replacement, text)
    return text
