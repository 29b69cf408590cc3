"""Requests and views of second factors."""

from __future__ import annotations

import base64

from pydantic import Field

from handlers.runtime import Body, View


class Code(Body):
    """A code of the authenticator, or a recovery code."""

    code: str = Field(
        min_length=6,
        max_length=11,
        pattern=r"^([0-9]{6}|[A-Za-z0-9]{5}-[A-Za-z0-9]{5})$",
        description="Six digits, or a recovery code",
        examples=["492039"],
    )


class SecondFactorView(View):
    """A second factor that waits for its first code."""

    secret: str | None = Field(
        description="For an authenticator by hand (base32), shown this once; a replay of the request has null",
        examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
    )
    uri: str | None = Field(
        description="The same as an authenticator reads it from a picture",
        examples=["otpauth://totp/Premium%20DeFi:ada%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Premium%20DeFi"],
    )

    @classmethod
    def of(cls, secret: bytes, address: str) -> SecondFactorView:
        """Return the view of a new secret."""
        return cls(secret=base64.b32encode(secret).decode(), uri=address)

    def remembered(self) -> SecondFactorView:
        """Return the answer that a replay gets: without the secret."""
        return SecondFactorView(secret=None, uri=None)


class RecoveryCodesView(View):
    """Codes for when the authenticator is lost, each of which works once."""

    recovery_codes: list[str] | None = Field(
        description="Shown this once; a replay of the request has null", examples=[["k7m2p-x9q4r"]]
    )

    def remembered(self) -> RecoveryCodesView:
        """Return the answer that a replay gets: without the codes."""
        return RecoveryCodesView(recovery_codes=None)


class CodeTakenView(View):
    """What became of a code."""

    recovery_codes_left: int | None = Field(
        description="After a recovery code: how many are left; else null", examples=[9]
    )
