"""The inbox of the local stage stands for Google: a person logs in there and comes back to the API."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import jwt
import pytest

from local import ports
from local.identities.provider import CLIENT, CLIENT_SECRET
from local.inbox import Inbox
from premium.logins.openid.documents import addresses_of, keys_of
from premium.logins.openid.id_token import identity_of

pytestmark = pytest.mark.integration
CALLBACK = "http://localhost:3000/v1/auth/google/callback"


def test_from_the_page_of_consent_to_the_token(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, ports.free())
    inbox.start()
    try:
        issuer = f"{inbox.url}/openid"
        known = addresses_of(httpx.get(f"{issuer}/.well-known/openid-configuration").content, issuer)
        keys = keys_of(httpx.get(known.keys).content)
        asked = {
            "response_type": "code", "client_id": CLIENT, "redirect_uri": CALLBACK, "scope": "openid email",
            "state": "s", "nonce": "n", "code_challenge": "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
            "code_challenge_method": "S256",
        }  # fmt: skip
        page = httpx.get(f"{known.authorization}?{urlencode(asked)}")
        assert "stands for Google" in page.text
        sent = httpx.post(f"{known.authorization}?{urlencode(asked)}", data={"email": "ada@example.org"})
        assert sent.status_code == 303
        back = urlsplit(sent.headers["Location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == CALLBACK
        query = dict(parse_qsl(back.query))
        form = {
            "grant_type": "authorization_code", "code": query["code"], "redirect_uri": CALLBACK, "client_id": CLIENT,
            "client_secret": CLIENT_SECRET, "code_verifier": "",
        }  # fmt: skip
        told = httpx.post(known.token, data=form).json()
        found = identity_of(
            told["id_token"], keys.get, issuer=issuer, audience=CLIENT, nonce="n", now=_issued(told["id_token"])
        )
        assert found.email == "ada@example.org"
        assert httpx.post(known.token, data=form).status_code == 400, "a code works once"
        wrong = httpx.post(f"{known.authorization}?client_id=other", data={"email": "x@y.z"})
        assert wrong.status_code == 400
    finally:
        inbox.stop()


def _issued(token: str) -> float:
    return float(jwt.decode(token, options={"verify_signature": False})["iat"])
