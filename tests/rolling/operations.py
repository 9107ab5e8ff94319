"""What an operator does in a year, in minutes: each part is a step of docs/operate/upgrades.md."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from rolling.newer import TABLES, make_newer
from testing.servers.fleet import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from faults.options import Say
    from rolling.environment import RollingEnvironment

SIGNS_AFTER_SECONDS = 120.0
_SEALING = ("auth-serve", "auth-work", "notifier-serve", "notifier-work")


def restart_everything(environment: RollingEnvironment, say: Say) -> None:
    """Replace every process."""
    environment.fleet.roll()
    say("every process was replaced")


def migrate_again(environment: RollingEnvironment, say: Say) -> None:
    """Run `migrate` where there is nothing to do, as an upgrade without a migration does."""
    for service in SERVICES:
        environment.fleet.migrate(service)
    say("migrate ran")


def upgrade_of(environment: RollingEnvironment, services: Iterable[str]) -> Callable[[], None]:
    """Migrate to a newer version, which new pods run; return a function that goes back to the old code on the newer schema."""
    cluster = environment.fleet
    newer = make_newer(environment.options.folder / "newer", services, expanding=environment.expanding)
    cluster.environ |= newer
    for service in services:
        cluster.migrate(service)

    def back() -> None:
        for name in newer:
            cluster.environ.pop(name, None)

    return back


def upgrade(environment: RollingEnvironment, say: Say) -> None:
    """Migrate to a newer version while the old one runs, replace every process, and go back."""
    cluster = environment.fleet
    back = upgrade_of(environment, TABLES)
    newer = dict(cluster.environ)
    say("stores were migrated to the newer version, the old one goes on")
    cluster.roll(["expenses-serve", "budgets-work"])
    say("old and new replicas run side by side")
    back()
    cluster.roll(["expenses-work", "notifier-serve"])
    say("old replicas were started anew on the newer schema")
    cluster.environ = newer
    cluster.roll()
    say("every process is of the newer version")
    back()
    for service in TABLES:
        cluster.migrate(service)
    cluster.roll()
    say("rolled back: every process is of the old version, on the newer schema")


def rotate_signing_key(environment: RollingEnvironment, say: Say) -> float:
    """Create a new key for service tokens; return when it starts signing, by the monotonic clock."""
    environment.fleet.run("auth", "migrate", "new-signing-key")
    say("a new signing key was made")
    return time.monotonic() + SIGNS_AFTER_SECONDS


def rotate_data_key(environment: RollingEnvironment, say: Say) -> None:
    """Add a data key, encrypt with it, re-encrypt everything, and remove the old one."""
    old, new = environment.told("OUTLAY_DATA_KEY"), secrets.token_hex(32)
    for ring, what in (((old, new), "can open"), ((new, old), "seals")):
        environment.tell("OUTLAY_DATA_KEY", "\n".join(ring))
        environment.fleet.roll(_SEALING)
        say(f"the new data key {what}")
    for service in ("auth", "notifier"):
        environment.fleet.run(service, "migrate", "rekey")
    time.sleep(5)  # events that were sealed with the old one are a second old at most, and the mails of them on their way
    environment.tell("OUTLAY_DATA_KEY", new)
    environment.fleet.roll(_SEALING)
    say("everything is re-encrypted, and the old data key is gone")


def rotate_credentials(environment: RollingEnvironment, say: Say) -> None:
    """Give the broker a new user and the mail provider a new key, replace every process, and remove the old ones."""
    user, password, key = f"outlay-{environment.vhost}", secrets.token_hex(8), "SG.another"
    environment.broker.control("add_user", user, password)
    environment.broker.control("set_permissions", "-p", environment.vhost, user, ".*", ".*", ".*")
    old = environment.told("OUTLAY_BUS")
    environment.tell("OUTLAY_BUS", old.replace(old[len("amqp://") : old.index("@")], f"{user}:{password}"))
    environment.mails.order("account", key=f"{environment.mails.key} {key}")
    environment.tell("SENDGRID_API_KEY", key)
    environment.fleet.roll()
    environment.broker.control("clear_permissions", "-p", environment.vhost, "outlay")
    environment.mails.order("account", key=key)
    say("the broker's user and the mail provider's key are others, and the old ones hold no more")
