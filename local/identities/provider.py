"""Keep keys and codes of an OpenID provider, and answer as it does."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "local-client"
CLIENT_SECRET = "local"  # noqa: S105 - of nobody but this machine
_PAGE = """<!doctype html><meta charset="utf-8"><title>Local Google</title>
<style>body{{font:16px/1.5 system-ui;max-width:40em;margin:3em auto}}</style><h1>Log in</h1>
<form method="post" action="?{query}"><label>E-mail <input name="email" value="ada@example.org"></label>
<button>Log in</button></form><p>This page stands for Google's: whatever address you write is taken for yours.</p>"""
Claims = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Code:
    """What a browser was given after consent."""

    asked: Mapping[str, str]
    email: str


@dataclass
class Identities:
    """The provider: its keys, its codes, and how a test has it lie."""

    issuer: str
    client: str = CLIENT
    secret: str = CLIENT_SECRET
    codes: dict[str, Code] = field(default_factory=dict)
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    lie: Claims = dict
    """Changes the claims of a token before it is signed."""
    sign: Callable[[Mapping[str, Any]], str] | None = None
    """Signs in another way."""
    asked: list[str] = field(default_factory=list)
    """Paths that were asked, in their order."""

    def __post_init__(self) -> None:
        """Begin with a key."""
        if not self.keys:
            self.rotate()

    def rotate(self) -> str:
        """Put a new key in place of all others; return its id."""
        name = secrets.token_hex(8)
        self.keys = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048)}
        return name

    def consent(self, url: str, email: str = "ada@example.org") -> str:
        """Do as a person on the page: return where the browser is sent back."""
        asked = dict(parse_qsl(urlsplit(url).query))
        wanted = {"response_type": "code", "client_id": self.client, "code_challenge_method": "S256"}
        if any(asked.get(name) != value for name, value in wanted.items()) or "openid" not in asked["scope"].split():
            raise ValueError("the provider was asked wrongly")
        code = secrets.token_urlsafe(24)
        self.codes[code] = Code(asked, email)
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'scope': asked['scope']})}"

    def answer(self, method: str, target: str, body: str) -> tuple[int, str, bytes]:
        """Answer one request: status, type of content, and body."""
        split = urlsplit(target)
        path = split.path.removeprefix("/openid")
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return _json(200, self._discovery())
        if path == "/keys":
            return _json(200, {"keys": [self._public(name, key) for name, key in self.keys.items()]})
        if path == "/token" and method == "POST":
            return self._token(dict(parse_qsl(body)))
        if path == "/authorize" and method == "GET":
            return 200, "text/html; charset=utf-8", _PAGE.format(query=html.escape(split.query)).encode()
        return _json(404, {"error": "there is nothing here"})

    def _discovery(self) -> dict[str, Any]:
        at = self.issuer
        return {
            "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys", "id_token_signing_alg_values_supported": ["RS256"],
        }  # fmt: skip

    def _token(self, form: Mapping[str, str]) -> tuple[int, str, bytes]:
        code = self.codes.pop(form.get("code", ""), None)
        if (form.get("client_id"), form.get("client_secret")) != (self.client, self.secret):
            return _json(401, {"error": "invalid_client"})
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = code is not None and form.get("redirect_uri") == code.asked["redirect_uri"]
        if code is None or not is_right or challenge != code.asked["code_challenge"]:
            return _json(400, {"error": "invalid_grant"})
        now = int(time.time())
        subject = str(int.from_bytes(hashlib.sha256(code.email.encode()).digest()[:8]))
        claims = {
            "iss": self.issuer, "aud": self.client, "azp": self.client, "sub": subject, "email": code.email,
            "email_verified": True, "nonce": code.asked["nonce"], "iat": now, "exp": now + 3600,
        }  # fmt: skip
        return _json(200, {"access_token": "x", "token_type": "Bearer", "id_token": self._signed(self.lie(claims))})

    def _signed(self, claims: Mapping[str, Any]) -> str:
        if self.sign is not None:
            return self.sign(claims)
        name, key = next(iter(self.keys.items()))
        return jwt.encode(dict(claims), key, algorithm="RS256", headers={"kid": name})

    def _public(self, name: str, key: rsa.RSAPrivateKey) -> dict[str, Any]:
        said = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        return {**said, "kid": name, "use": "sig", "alg": "RS256"}


def _json(status: int, said: object) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(said).encode()
