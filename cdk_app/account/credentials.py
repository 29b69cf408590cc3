"""Tell why nothing can be asked of AWS, and how an operator signs in."""

from __future__ import annotations

from botocore.exceptions import (
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

_REFUSED = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""Codes by which AWS refuses the credentials themselves, and not what they may do."""


def signed_out(error: Exception) -> str | None:
    """Return why there is nobody whom AWS knows; None where it refused something else."""
    match error:
        case NoCredentialsError():
            return "there are no AWS credentials here"
        case ProfileNotFound() | PartialCredentialsError() | CredentialRetrievalError() | SSOError():
            return str(error).rstrip(".")
        case TokenRetrievalError():
            return str(error).rstrip(".")
        case EndpointConnectionError() | HTTPClientError():
            return f"AWS does not answer ({str(error).rstrip('.')})"
        case ClientError() if (code := str(error.response.get("Error", {}).get("Code"))) in _REFUSED:
            return f"AWS does not accept these credentials ({code})"
    return None


def sign_in(region: str) -> str:
    """Return what to do, as one sentence."""
    return (
        "sign in by `aws sso login --profile NAME` (`aws configure sso` once) and "
        f"`export AWS_PROFILE=NAME AWS_REGION={region}`, or export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    )
