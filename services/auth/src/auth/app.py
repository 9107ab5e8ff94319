"""Puts auth together: the only file that knows all of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from auth import errors
from auth.access_tokens.api import AccessTokensApi
from auth.access_tokens.service import AccessTokens
from auth.accounts.api import AccountsApi
from auth.accounts.deletion import AccountDeletion
from auth.accounts.email_verification import EmailVerification
from auth.accounts.service import Accounts
from auth.credentials.api import CredentialsApi
from auth.credentials.emailed_links import RESET_LIFETIME, VERIFICATION_LIFETIME, EmailedLinks
from auth.credentials.password_hashing import Argon2Hashing
from auth.credentials.service import Credentials
from auth.rate_limits.counting import RateLimits
from auth.rate_limits.email_allowance import EmailAllowance
from auth.rate_limits.failed_sign_ins import FailedSignIns
from auth.rekeying import Rekeying
from auth.service_tokens.api import ServiceTokensApi
from auth.service_tokens.service import TokenExchange
from auth.service_tokens.signing_keys import SigningKeys
from auth.sessions.api import SessionsApi
from auth.sessions.cookie import SessionCookie
from auth.sessions.service import Sessions
from auth.settings import AuthSettings
from auth.store.blind_index import BlindIndex
from auth.store.embedded import SqliteDocuments
from auth.store.outbox import DocumentOutbox
from auth.store.ports import Documents, Now
from auth.store.probe import store_probes
from auth.store.unit_of_work import DocumentStore
from auth.users.events import UserEvents
from auth.users.locale import known_locale
from auth.users.store import Users
from chassis.messaging.events import event_maker
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
    errors.WrongCredentialsError: HTTPStatus.UNAUTHORIZED,
    errors.SignedOutError: HTTPStatus.UNAUTHORIZED,
    errors.InvalidSecretError: HTTPStatus.UNAUTHORIZED,
    errors.SessionNotFoundError: HTTPStatus.NOT_FOUND,
    errors.TokenNotFoundError: HTTPStatus.NOT_FOUND,
    errors.LinkNotFoundError: HTTPStatus.NOT_FOUND,
    errors.EmailTakenError: HTTPStatus.CONFLICT,
    errors.RevisionConflictError: HTTPStatus.CONFLICT,
    errors.StaleVersionError: HTTPStatus.PRECONDITION_FAILED,
    errors.UnacceptableError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.WrongPasswordError: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManyUntoldError: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, kw_only=True)
class AuthService:
    """Auth, and the calls that the gateway and the verifiers make directly when the suite is one process."""

    service: Service
    jwks: Callable[[], dict[str, Any]]
    exchange: Callable[[str], tuple[Mapping[str, str], int]]
    """A session's or access token's secret -> (service tokens by service, when they expire in seconds since 1970).

    Raises UnauthorizedError.
    """
    verify: Callable[[str], dict[str, Any]]
    """Returns the claims of a service token for auth; raises UnauthorizedError."""
    rotate: Callable[[], None]
    """Adds a new signing key."""


def build(
    settings: AuthSettings,
    *,
    encryptor: Encryptor,
    metrics: Metrics,
    clock: Clock,
    ids: Ids,
    wake: Callable[[], None],
    relay_owner: str = "home",
    now: Now = time.time,
    documents: Documents | None = None,
    hashing: Argon2Hashing | None = None,
    gateway_keys: Sequence[str] = (),
    validate_responses: bool = False,
    quiet: bool = False,
) -> AuthService:
    """Put auth together; nothing is connected yet.

    `wake` is called after each save with new events; `relay_owner` names the process that relays them. `clock` is the time that
    people are shown; `now` is the machine's, by which sessions, links and tokens expire. `documents` and `hashing` replace those
    that the settings describe.
    """
    documents = documents or store_of(
        settings, on_events=wake, on_branch=lambda outcome: metrics.branches.labels("auth", outcome).inc()
    )
    store = DocumentStore(documents, make_event=event_maker("auth", clock, ids), now=now)
    blind_index = BlindIndex(store, encryptor)
    keys = SigningKeys(store, encryptor, ids=ids, now=now)
    use_cases = _use_cases(
        settings,
        documents=documents,
        store=store,
        encryptor=encryptor,
        blind_index=blind_index,
        keys=keys,
        clock=clock,
        ids=ids,
        now=now,
        hashing=hashing or Argon2Hashing(),
    )
    verify = TokenVerifier(keys.jwks, "auth")

    def check_keys() -> None:
        keys.current()
        blind_index.key()

    def check() -> None:
        documents.check()
        check_keys()

    def migrate() -> None:
        documents.migrate()
        blind_index.key()  # creates it

    def rekey() -> Iterator[RekeyingCount]:
        blind_index.key()  # creates it if it is missing
        return Rekeying(documents, encryptor)()

    def clean_up() -> None:
        documents.resolve_conflicts()
        use_cases.deletion.clean_up()
        keys.rotate_if_due()

    web = build_app(
        AppParts(
            name="auth",
            spec=load_spec("auth"),
            handlers=use_cases.operations,
            verify=verify,
            statuses=STATUSES,
            sent_by_gateway=GatewayKeys((*settings.gateway_keys, *gateway_keys)).sent_by_gateway,
            metrics=metrics,
            checks={"store": documents.check, "keys": check_keys},
            validate_responses=validate_responses,
            quiet=quiet,
        )
    )
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
    exchange = _in_process(use_cases.exchange)
    return AuthService(service=service, jwks=keys.jwks, exchange=exchange, verify=verify, rotate=keys.rotate)


def store_of(
    settings: AuthSettings,
    *,
    on_events: Callable[[], None] = lambda: None,
    on_branch: Callable[[str], None] = lambda _outcome: None,
) -> Documents:
    """Return the store that the settings describe, not connected yet."""
    address = settings.cloudant
    if address is None:
        return SqliteDocuments(settings.store, on_events=on_events)
    from auth.store.cloudant.documents import CloudantDocuments

    return CloudantDocuments(address, on_events=on_events, on_branch=on_branch)


@dataclass(frozen=True, kw_only=True)
class _UseCases:
    operations: tuple[object, ...]
    exchange: TokenExchange
    deletion: AccountDeletion


def _use_cases(
    settings: AuthSettings,
    *,
    documents: Documents,
    store: DocumentStore,
    encryptor: Encryptor,
    blind_index: BlindIndex,
    keys: SigningKeys,
    clock: Clock,
    ids: Ids,
    now: Now,
    hashing: Argon2Hashing,
) -> _UseCases:
    factor, cookie, events = settings.rate_limit_factor, SessionCookie(settings.cookie_secure), UserEvents(encryptor)
    limits = RateLimits(store, blind_index.of, now=now, factor=factor)
    failed_sign_ins = FailedSignIns(store=store, blind_index=blind_index.of, now=now, factor=factor)
    users = Users(store, encryptor, blind_index, ids=ids, now=now)
    emails = EmailAllowance(limits=limits, mailbox_key=users.mailbox_key)
    sessions = Sessions(users=users, clock=clock, ids=ids, now=now)
    links = partial(EmailedLinks, users=users, clock=clock, now=now)
    verifications = links(lifetime=VERIFICATION_LIFETIME, current=lambda user: user.verification)
    resets = links(lifetime=RESET_LIFETIME, current=lambda user: user.reset)
    changes = links(lifetime=VERIFICATION_LIFETIME, current=lambda user: user.pending.link if user.pending else None)
    verification = EmailVerification(
        users=users, verifications=verifications, changes=changes, events=events, limits=limits, emails=emails
    )
    credentials = Credentials(
        users=users,
        sessions=sessions,
        resets=resets,
        events=events,
        hashing=hashing,
        limits=limits,
        emails=emails,
        failed_sign_ins=failed_sign_ins,
        now=now,
    )
    accounts = Accounts(
        users=users,
        sessions=sessions,
        credentials=credentials,
        verifications=verifications,
        events=events,
        hashing=hashing,
        limits=limits,
        emails=emails,
        email_verification=verification,
        known_locale=known_locale,
        clock=clock,
    )
    deletion = AccountDeletion(documents=documents, users=users, credentials=credentials, now=now)
    tokens = AccessTokens(users=users, sessions=sessions, credentials=credentials, clock=clock, ids=ids, now=now)
    exchange = TokenExchange(users=users, sessions=sessions, tokens=tokens, keys=keys, now=now)
    operations = (
        AccountsApi(accounts=accounts, verification=verification, deletion=deletion, cookie=cookie),
        CredentialsApi(credentials=credentials, cookie=cookie),
        SessionsApi(sessions=sessions, cookie=cookie),
        AccessTokensApi(tokens=tokens),
        ServiceTokensApi(exchange=exchange, keys=keys),
    )
    return _UseCases(operations=operations, exchange=exchange, deletion=deletion)


def _in_process(exchange: TokenExchange) -> Callable[[str], tuple[Mapping[str, str], int]]:
    def call(secret: str) -> tuple[Mapping[str, str], int]:
        try:
            made = exchange.exchange(secret)
        except errors.InvalidSecretError as error:
            raise UnauthorizedError(str(error)) from error
        return made.tokens, made.expires_at

    return call
