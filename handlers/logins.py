"""Routes of logins by password and by Google."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from handlers.models.accounts import EmailCode, ProfileView
from handlers.models.google_cookie import keep_browser, shown_browser
from handlers.models.logins import (
    Added,
    AskedView,
    Failed,
    Forgotten,
    GoogleLoginView,
    GoogleStartView,
    JoinedView,
    Link,
    PasswordChange,
    PasswordLogin,
    PasswordReset,
    PasswordView,
    Registration,
    Said,
    State,
    WaysView,
)
from handlers.models.refresh_cookie import handed_out
from handlers.models.sessions import LoginView, UserView
from handlers.runtime import Caller, Client, RequestId, audited, entry, lead_to, login, needs, public, router
from premium.accounts.service import Accounts, OpenedSession
from premium.bootstrap import platform
from premium.errors import Forbidden, Unauthenticated, UpstreamUnavailable
from premium.logins.model import LoggedIn, Way
from premium.logins.service import Logins

app = router("Logins")


@app.get("/v1/auth/ways")
@public
def list_ways_in() -> WaysView:
    """Tell which logins this stage has, for the page that offers them."""
    password, google = Logins.of(platform()).offered
    return WaysView(wallet=True, password=password, google=google)


@app.post("/v1/auth/register", status_code=202)
@login
def ask_for_account(body: Registration, request_id: RequestId) -> AskedView:
    """Have a link sent by which an account with a password is made.

    The answer and its time are the same for an address that has an account: its owner is told so by mail. 10 attempts a
    minute for an address, 30 from an IP address.
    """
    Logins.of(platform()).passwords(request_id=request_id).register(body.email, body.password)
    return AskedView(sent=True)


@app.post("/v1/auth/register/confirm", status_code=201)
@login
def confirm_registration(client: Client, body: Link, request_id: RequestId) -> LoginView:
    """Make the account that a mail's link is for, and open a session."""
    cookie = _wants_cookie(client, cookie=body.cookie)
    logins = Logins.of(platform())
    made = logins.passwords(request_id=request_id).confirm(body.token, _opener(logins, client, "pwd"))
    return _login_view(made, cookie=cookie)


@app.post("/v1/auth/login", status_code=201)
@login
def log_in_by_password(client: Client, body: PasswordLogin, request_id: RequestId) -> LoginView:
    """Open a session for an e-mail address and its password.

    A wrong password and an unknown address are answered alike, in the same time.
    """
    cookie = _wants_cookie(client, cookie=body.cookie)
    logins = Logins.of(platform())
    made = logins.passwords(request_id=request_id).log_in(body.email, body.password, _opener(logins, client, "pwd"))
    return _login_view(made, cookie=cookie)


@app.put("/v1/auth/password")
@needs(security=True, recent=True)
def change_password(caller: Caller, body: PasswordChange, request_id: RequestId) -> PasswordView:
    """Give the caller another password, or his first; his other sessions end.

    It needs a confirmed e-mail address, and the password of before where there is one.
    """
    audited(target=caller.user_id)
    Logins.of(platform()).passwords(request_id=request_id).change(caller, body.password, body.current)
    return PasswordView(changed=True)


@app.post("/v1/auth/password/forgot", status_code=202)
@login
def ask_for_password_reset(body: Forgotten, request_id: RequestId) -> AskedView:
    """Have a link sent by which another password is set.

    If the address logs in by one. The answer and its time are the same for every address.
    """
    Logins.of(platform()).passwords(request_id=request_id).forgot(body.email)
    return AskedView(sent=True)


@app.post("/v1/auth/password/reset")
@login
def reset_password(body: PasswordReset, request_id: RequestId) -> PasswordView:
    """Set the password that a mail's link is for; all sessions of its user end."""
    user_id = Logins.of(platform()).passwords(request_id=request_id).reset(body.token, body.password)
    audited(target=user_id, user=user_id)
    return PasswordView(changed=True)


@app.get("/v1/auth/google/start")
@public
def start_google_login() -> GoogleStartView:
    """Begin a login by Google, in this browser.

    A browser that navigates here is led to Google (303); a script gets the address. What the browser is known by when
    it comes back is kept in a cookie, for ten minutes.
    """
    logins = Logins.of(platform())
    lead_to(logins.page)
    begun = logins.google().begin()
    keep_browser(begun.browser)
    lead_to(begun.url)
    return GoogleStartView(url=begun.url)


@app.get("/v1/auth/google/callback")
@login
def finish_google_login(
    *,
    client: Client,
    state: State,
    code: Said = None,
    error: Failed = None,
    error_description: Added = None,  # noqa: ARG001 - what Google adds, like the rest
    scope: Added = None,  # noqa: ARG001 - as above
    authuser: Added = None,  # noqa: ARG001 - as above
    prompt: Added = None,  # noqa: ARG001 - as above
    hd: Added = None,  # noqa: ARG001 - as above
    iss: Added = None,  # noqa: ARG001 - as above
) -> GoogleLoginView:  # fmt: skip
    """Take what Google's page says, and open a session.

    Or join Google to the account that asked. A browser that navigates here keeps its refresh token in a cookie and is
    led to our page (303), with `error` and `reason` where the login is refused; a program gets the tokens. The state
    works once, in the browser that began.
    """
    logins = Logins.of(platform())
    lead_to(logins.page)
    if error is not None or code is None:
        raise Unauthenticated(
            "The login is refused: Google's page was left without a consent", details={"rule": "consent"}
        )
    made = logins.google().finish(code, state, shown_browser(client), _opener(logins, client, "google"))
    audited(target=made.user_id, user=made.user_id, created=made.created, joined=made.granted is None)
    tokens: dict[str, Any] = {"access_token": None, "expires_in": None, "refresh_token": None}
    if made.granted is not None:
        tokens = handed_out(made.granted, cookie=client.navigates)
    return GoogleLoginView(created=made.created, joined=made.granted is None, user=_user(made), **tokens)


@app.post("/v1/users/google")
@needs(security=True, recent=True)
def join_google(caller: Caller) -> GoogleStartView:
    """Begin to join the caller's account to Google: from then on Google logs him in.

    His browser goes to the address, and what it is known by is kept in a cookie; the callback joins.
    """
    if caller.key_id is not None:
        raise Forbidden("A key adds no way to log in")
    begun = Logins.of(platform()).google().begin(user_id=caller.user_id)
    audited(target=caller.user_id)
    keep_browser(begun.browser)
    return GoogleStartView(url=begun.url)


@app.get("/v1/users/google")
@needs()
def get_google(caller: Caller) -> JoinedView:
    """Show whether Google logs the caller in to this account."""
    return JoinedView(id=caller.user_id, joined=Logins.of(platform()).is_joined(caller.user_id))


@app.delete("/v1/users/google")
@needs(security=True, recent=True)
def part_from_google(caller: Caller) -> JoinedView:
    """Part the caller's account from Google, where another way in is left."""
    if caller.key_id is not None:
        raise Forbidden("A key removes no way to log in")
    audited(target=caller.user_id)
    Logins.of(platform()).part_from_google(caller.user_id, caller.external_id)
    return JoinedView(id=caller.user_id, joined=False)


@app.post("/v1/users/profile/email")
@needs(security=True, recent=True)
def confirm_profile_email(caller: Caller, body: EmailCode) -> ProfileView:
    """Take another email address by the code that was sent there.

    The one of before is told.
    """
    if caller.key_id is not None:
        raise Forbidden("A key changes no address by which its user may log in")
    audited(target=caller.user_id, email="confirmed")
    return ProfileView.of(Accounts.of(platform()).confirm_email(caller.user_id, body.email, body.code))


def _wants_cookie(client: Client, *, cookie: bool) -> bool:
    if cookie and not client.on_own_page():
        raise Forbidden("Only a page of ours keeps its refresh token in a cookie")
    return cookie


def _opener(logins: Logins, client: Client, by: Way) -> Callable[[UUID], OpenedSession]:
    return partial(logins.open, by=by, ip=client.address, user_agent=client.user_agent)


def _login_view(made: LoggedIn, *, cookie: bool) -> LoginView:
    if made.granted is None:
        raise UpstreamUnavailable("The session could not be opened just now")
    audited(target=made.granted.session_id, user=made.user_id, created=made.created)
    return LoginView(created=made.created, user=_user(made), **handed_out(made.granted, cookie=cookie))


def _user(made: LoggedIn) -> UserView:
    profile = Accounts.of(platform()).profile(made.user_id)
    return UserView(id=profile.id, external_id=profile.external_id, tier=profile.tier)


handler = entry(app)
