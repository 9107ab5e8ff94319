"""The composition root of auth: the only file that knows all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from auth import errors
from auth.access_tokens.api import AccessTokensApi
from auth.access_tokens.service import AccessTokens
from auth.accounts.api import AccountsApi
from auth.accounts.deletion import Leaving
from auth.accounts.email_change import AddressChange
from auth.accounts.service import Accounts
from auth.accounts.verification import EmailVerification
from auth.credentials.api import CredentialsApi
from auth.credentials.emailed_links import RESET_LIFETIME, VERIFICATION_LIFETIME, MailedLinks
from auth.credentials.password_hashing import Argon2Hashing
from auth.credentials.password_policy import PasswordPolicy
from auth.credentials.password_strength import LeakedAndEstimated
from auth.credentials.service import Credentials
from auth.credentials.sign_in import SignIn
from auth.rate_limits.email_allowance import MailAllowance
from auth.rate_limits.failed_sign_ins import Guesses
from auth.rate_limits.store import SharedWindows
from auth.rekeying import Rekeying
from auth.service_tokens.api import ServiceTokensApi
from auth.service_tokens.delegation import Delegation
from auth.service_tokens.service import Exchange
from auth.service_tokens.signing import Ed25519Signatures
from auth.service_tokens.signing_keys import KeyRing
from auth.sessions.api import SessionsApi
from auth.sessions.cookie import SessionCookie
from auth.sessions.service import Sessions
from auth.settings import AuthSettings
from auth.store.blind_index import Finding
from auth.store.document import PendingEvent
from auth.store.embedded import SqliteDocuments
from auth.store.outbox import DocumentOutbox
from auth.store.ports import Announce, Documents, PasswordHashing, Store
from auth.store.probe import store_probes
from auth.users.events import Announcements
from auth.users.locale import known_locale
from auth.users.store import Users
from chassis.messaging.events import MakeEvent, event_maker
from chassis.process.service import Service
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids
from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import UnauthorizedError
from chassis.security.encryption import Encryptor
from chassis.security.gateway_keys import GatewayKeys
from chassis.security.rekeying import RekeyingCount
from chassis.security.tokens import TokenVerifier
from chassis.web.app import AppParts, build_app
from chassis.web.spec import load_spec

STATUSES: Mapping[type[Exception], int] = {
    errors.WrongCredentialsError: 401,
    errors.SignedOutError: 401,
    errors.InvalidSecretError: 401,
    errors.SessionNotFoundError: 404,
    errors.TokenNotFoundError: 404,
    errors.LinkNotFoundError: 404,
    errors.EmailTakenError: 409,
    errors.RevisionConflictError: 409,
    errors.StaleVersionError: 412,
    errors.UnacceptableError: 422,
    errors.WrongPasswordError: 422,
    errors.TooManyAttemptsError: 429,
    errors.TooManyUntoldError: 503,
}


@dataclass(frozen=True, kw_only=True)
class AuthService:
    """Auth, and the three calls that the gateway and the verifiers make in process when the suite is one process."""

    service: Service
    jwks: Callable[[], dict[str, Any]]
    exchange: Callable[[str], tuple[Mapping[str, str], int]]
    """A session's or access token's secret -> (service tokens by service, when they expire in seconds since 1970).

    Raises UnauthorizedError.
    """
    verify: Callable[[str], dict[str, Any]]
    """Returns the claims of a service token for auth; raises UnauthorizedError."""
    rotate: Callable[[], None]
    """Make a new signing key."""


def build(
    settings: AuthSettings,
    *,
    encryptor: Encryptor,
    metrics: Metrics,
    clock: Clock,
    ids: Ids,
    wake: Callable[[], None],
    relay_owner: str = "home",
    now: Callable[[], float] = time.time,
    documents: Store | None = None,
    hashing: PasswordHashing | None = None,
    gateway_keys: Sequence[str] = (),
    validate_responses: bool = False,
    quiet: bool = False,
) -> AuthService:
    """Put auth together; nothing is connected yet.

    `wake` is called after each save with new events; `relay_owner` names the process that relays them. `clock` is the time that
    people are shown; `now` is the machine's, by which sessions, links and tokens expire. `documents` and `hashing` take the place
    of those that the settings describe.
    """
    documents = documents or store_of(
        settings, on_events=wake, on_branch=lambda outcome: metrics.branches.labels("auth", outcome).inc()
    )
    finding = Finding(documents, encryptor)
    use_cases = _use_cases(
        documents,
        encryptor,
        finding,
        settings,
        clock=clock,
        ids=ids,
        now=now,
        hashing=hashing or Argon2Hashing(),
        make=event_maker("auth", clock, ids),
    )
    keys = use_cases.keys
    verify = TokenVerifier(keys.jwks, "auth")
    by_gateway = GatewayKeys((*settings.gateway_keys, *gateway_keys))
    spec = load_spec("auth")

    def check_keys() -> None:
        keys.current()
        finding.key()

    web = build_app(
        AppParts(
            name="auth",
            spec=spec,
            handlers=use_cases.operations,
            verify=verify,
            statuses=STATUSES,
            sent_by_gateway=by_gateway.sent_by_gateway,
            metrics=metrics,
            checks={"store": documents.check, "keys": check_keys},
            validate_responses=validate_responses,
            quiet=quiet,
        )
    )

    def check() -> None:
        documents.check()
        check_keys()

    def migrate() -> None:
        documents.migrate()
        finding.key()

    def rekey() -> Iterator[RekeyingCount]:
        finding.key()  # made, if it never was
        return Rekeying(documents, encryptor)()

    def clean_up() -> None:
        documents.settle()
        use_cases.deletion.clean_up()
        keys.rotate_if_due()

    service = Service(
        name="auth",
        web=web,
        outbox=DocumentOutbox(documents, owner=relay_owner, now=now),
        migrate=migrate,
        rekey=rekey,
        rotate=keys.rotate,
        check_keys=check_keys,
        clean_up=clean_up,
        check=check,
        close=documents.close,
        probes=lambda: store_probes(documents, settings.cloudant),
    )
    return AuthService(service=service, jwks=keys.jwks, exchange=_in_process(use_cases.exchange), verify=verify, rotate=keys.rotate)


def store_of(
    settings: AuthSettings,
    *,
    on_events: Callable[[], None] = lambda: None,
    on_branch: Callable[[str], None] = lambda _outcome: None,
) -> Store:
    """Return the store that the settings describe, not connected yet."""
    address = settings.cloudant
    if address is None:
        return SqliteDocuments(settings.store, on_events=on_events)
    from auth.store.cloudant.documents import CloudantDocuments

    return CloudantDocuments(address, on_events=on_events, on_branch=on_branch)


@dataclass(frozen=True, kw_only=True)
class _UseCases:
    """What the application is built on."""

    operations: tuple[object, ...]
    exchange: Exchange
    keys: KeyRing
    deletion: Leaving


def _use_cases(
    documents: Documents,
    encryptor: Encryptor,
    finding: Finding,
    settings: AuthSettings,
    *,
    clock: Clock,
    ids: Ids,
    now: Callable[[], float],
    hashing: PasswordHashing,
    make: MakeEvent,
) -> _UseCases:
    factor, signatures = settings.rate_limit_factor, Ed25519Signatures()
    cookie, passwords = SessionCookie(settings.cookie_secure), PasswordPolicy(LeakedAndEstimated())
    limits = SharedWindows(documents, finding.fingerprint, now=now, factor=factor)
    guesses = Guesses(documents=documents, fingerprint=finding.fingerprint, now=now, factor=factor)
    announcements = Announcements(_announcer(make, now), encryptor)
    users = Users(documents, encryptor, finding, ids=ids, now=now, revoked=announcements.access_revoked)
    mails = MailAllowance(limits=limits, key_of=users.mailbox_key_of)
    sessions = Sessions(users=users, clock=clock, ids=ids, now=now)
    tokens = AccessTokens(users=users, clock=clock, ids=ids, now=now)
    links = partial(MailedLinks, users=users, clock=clock, now=now)
    verifications = links(lifetime=VERIFICATION_LIFETIME, current=lambda user: user.verification)
    resets = links(lifetime=RESET_LIFETIME, current=lambda user: user.reset)
    changes = links(lifetime=VERIFICATION_LIFETIME, current=lambda user: user.pending.link if user.pending else None)
    addresses = AddressChange(users=users, verifications=verifications, changes=changes, announcements=announcements)
    credentials = Credentials(
        users=users,
        resets=resets,
        announcements=announcements,
        hashing=hashing,
        passwords=passwords,
        limits=limits,
        mails=mails,
        sessions=sessions,
        guesses=guesses,
    )
    accounts = Accounts(
        users=users,
        sessions=sessions,
        credentials=credentials,
        verifications=verifications,
        announcements=announcements,
        hashing=hashing,
        passwords=passwords,
        limits=limits,
        mails=mails,
        addresses=addresses,
        known_locale=known_locale,
        clock=clock,
    )
    verification = EmailVerification(
        users=users, verifications=verifications, announcements=announcements, limits=limits, mails=mails, addresses=addresses
    )
    deletion = Leaving(documents=documents, users=users, credentials=credentials, announcements=announcements, now=now)
    sign_in = SignIn(users=users, sessions=sessions, hashing=hashing, limits=limits, guesses=guesses)
    keys = KeyRing(documents, encryptor, signatures, ids=ids, now=now)
    delegation = Delegation(users=users, sessions=sessions, tokens=tokens, keys=keys, signatures=signatures, now=now)
    exchange = Exchange(sessions=sessions, tokens=tokens, delegation=delegation, keys=keys, signatures=signatures, now=now)
    operations = (
        AccountsApi(accounts=accounts, verification=verification, deletion=deletion, cookie=cookie),
        CredentialsApi(signing_in=sign_in, credentials=credentials, cookie=cookie),
        SessionsApi(sessions=sessions, cookie=cookie),
        AccessTokensApi(tokens=tokens, sessions=sessions, credentials=credentials),
        ServiceTokensApi(exchange=exchange, keys=keys),
    )
    return _UseCases(operations=operations, exchange=exchange, keys=keys, deletion=deletion)


def _announcer(make: MakeEvent, now: Callable[[], float]) -> Announce:
    def announce(kind: str, subject: str, data: Mapping[str, Any]) -> PendingEvent:
        event = make(kind, subject, data)
        return PendingEvent(id=event.id, at=now(), text=event.to_json())

    return announce


def _in_process(exchange: Exchange) -> Callable[[str], tuple[Mapping[str, str], int]]:
    def call(secret: str) -> tuple[Mapping[str, str], int]:
        try:
            made = exchange(secret)
        except errors.InvalidSecretError as error:
            raise UnauthorizedError(str(error)) from error
        return made.tokens, made.expires_at

    return call
