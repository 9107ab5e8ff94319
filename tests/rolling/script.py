"""What an operator does in a year, in minutes: each part is a step of docs/operate/upgrades.md."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from rolling.newer import TABLES, make_newer
from support.fleet import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from faults.asked import Say
    from rolling.stage import RollingStage

SIGNS_AFTER_SECONDS = 120.0
_SEALING = ("auth-serve", "auth-work", "notifier-serve", "notifier-work")


def restart_everything(stage: RollingStage, say: Say) -> None:
    """Replace every process."""
    stage.fleet.roll()
    say("every process was replaced")


def migrate_again(stage: RollingStage, say: Say) -> None:
    """Run `migrate` where there is nothing to do, as an upgrade without a migration does."""
    for service in SERVICES:
        stage.fleet.migrate(service)
    say("migrate ran")


def upgrade_of(stage: RollingStage, services: Iterable[str]) -> Callable[[], None]:
    """Migrate to a newer version, which new pods run from now on; return how to go back to the old one, on the newer schema."""
    cluster = stage.fleet
    newer = make_newer(stage.options.folder / "newer", services, expanding=stage.expanding)
    cluster.environ |= newer
    for service in services:
        cluster.migrate(service)

    def back() -> None:
        for name in newer:
            cluster.environ.pop(name, None)

    return back


def upgrade(stage: RollingStage, say: Say) -> None:
    """Migrate to a newer version while the old one runs, replace every process, and go back."""
    cluster = stage.fleet
    back = upgrade_of(stage, TABLES)
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


def rotate_signing_key(stage: RollingStage, say: Say) -> float:
    """Make a new key for service tokens; return when it will sign, by the monotonic clock."""
    stage.fleet.run("auth", "migrate", "new-signing-key")
    say("a new signing key was made")
    return time.monotonic() + SIGNS_AFTER_SECONDS


def rotate_data_key(stage: RollingStage, say: Say) -> None:
    """Add a data key, let it seal, seal everything anew, take the old one away."""
    old, new = stage.told("OUTLAY_DATA_KEY"), secrets.token_hex(32)
    for ring, what in (((old, new), "can open"), ((new, old), "seals")):
        stage.tell("OUTLAY_DATA_KEY", "\n".join(ring))
        stage.fleet.roll(_SEALING)
        say(f"the new data key {what}")
    for service in ("auth", "notifier"):
        stage.fleet.run(service, "migrate", "rekey")
    time.sleep(5)  # events that were sealed with the old one are a second old at most, and the mails of them on their way
    stage.tell("OUTLAY_DATA_KEY", new)
    stage.fleet.roll(_SEALING)
    say("everything is re-encrypted, and the old data key is gone")


def rotate_credentials(stage: RollingStage, say: Say) -> None:
    """Give the broker a new user and the mail provider a new key, replace every process, take the old ones away."""
    user, password, key = f"outlay-{stage.vhost}", secrets.token_hex(8), "SG.another"
    stage.broker.control("add_user", user, password)
    stage.broker.control("set_permissions", "-p", stage.vhost, user, ".*", ".*", ".*")
    old = stage.told("OUTLAY_BUS")
    stage.tell("OUTLAY_BUS", old.replace(old[len("amqp://") : old.index("@")], f"{user}:{password}"))
    stage.mails.order("account", key=f"{stage.mails.key} {key}")
    stage.tell("SENDGRID_API_KEY", key)
    stage.fleet.roll()
    stage.broker.control("clear_permissions", "-p", stage.vhost, "outlay")
    stage.mails.order("account", key=key)
    say("the broker's user and the mail provider's key are others, and the old ones hold no more")
