"""Starts every image as an operator would and lives through the main job in them; prints a table. `make images-check`.

The images are those of `make images` with the same REGISTRY and TAG. RabbitMQ is the one of the tests; the stores are files.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from images.container import Container, engine
from testing.clients.client import Person, say_goodbye
from testing.clients.inbox import MailFolder
from testing.fakes import pictures
from testing.servers.broker import Broker
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable

    from testing.clients.inbox import Inbox

SERVICES = ("auth", "expenses", "budgets", "notifier")
WITHOUT_STORE = ("gateway", "assistant")
KEY = "5e" * 32
REFUSED = {
    ("auth", "serve"): {"AUTH_STORE", "OUTLAY_DATA_KEY", "OUTLAY_GATEWAY_KEY"},
    ("auth", "work"): {"AUTH_STORE", "OUTLAY_BUS", "OUTLAY_DATA_KEY"},
    ("expenses", "migrate"): {"EXPENSES_DB", "RECEIPTS", "OUTLAY_DATA_KEY"},
    ("budgets", "work"): {"BUDGETS_DB", "OUTLAY_BUS", "OUTLAY_DATA_KEY"},
    ("notifier", "serve"): {"NOTIFIER_DB", "NOTIFIER_MAIL", "OUTLAY_DATA_KEY"},
    ("assistant", "serve"): {"OUTLAY_API_URL", "OUTLAY_DATA_KEY"},
    ("gateway", "serve"): {"AUTH_URL", "EXPENSES_URL", "BUDGETS_URL", "NOTIFIER_URL", "OUTLAY_GATEWAY_KEY"},
}
"""What an image that is told nothing has to complain of."""


class Images:
    """The images of one build, and what was seen of them."""

    def __init__(self, registry: str, tag: str, folder: Path) -> None:
        """`folder` gets the stores."""
        self._registry, self._tag, self.folder, self._engine = registry, tag, folder, engine()
        self.rows: dict[str, list[str]] = {}
        self.stops: list[float] = []

    def of(self, name: str, *command: str, **settings: str) -> Container:
        """Return a container of an image, not started."""
        image = f"{self._registry}/outlay{'' if name == 'outlay' else '-' + name}:{self._tag}"
        return Container(self._engine, image, command, settings, {self.folder / name: "/data"})

    def home(self, volume: str) -> Container:
        """Return the home image's container, told nothing."""
        return Container(self._engine, f"{self._registry}/outlay:{self._tag}", (), {}, {volume: "/data"})

    def forget(self, volume: str) -> None:
        """Remove a volume."""
        self._ask("volume", "rm", "--force", volume)

    def stop(self, container: Container) -> None:
        """Stop a container, and note how long that took."""
        self.stops.append(container.stop())

    def look_at(self, name: str, container: Container) -> None:
        """Check what must be true of a running container, and note its figures."""
        assert container.inside("id", "-u").stdout.strip() == "10001", "it is not root"
        assert container.inside("touch", "/app/x").returncode != 0, "its root cannot be written"
        absent = "gcc cc g++ ld pip apt-get perl"
        assert container.inside("sh", "-c", f"command -v {absent}").returncode != 0, "it has no compiler and no installer"
        assert container.zombies() == 0
        healthy = container.inside("python", "-m", "chassis.process.alive")
        assert healthy.returncode == 0, healthy.stderr
        size = int(self._ask("image", "inspect", "--format", "{{.Size}}", container.image)) // 1_000_000
        pulled = self._compressed(container.image)
        python = int(container.inside("sh", "-c", "ls -d /app/lib/python*/site-packages/*.dist-info | wc -l").stdout)
        debian = container.inside("cat", "/var/lib/dpkg/status").stdout.count("\nStatus: install ok installed\n")
        self.rows[name] = [
            f"{size} MB",
            f"{pulled} MB",
            f"{python} + {debian}",
            f"{container.seconds:.1f} s",
            f"{container.megabytes():.0f} MB",
        ]

    def _compressed(self, image: str) -> int:
        with subprocess.Popen([self._engine, "save", image], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as saving:
            packed = subprocess.run(["gzip", "-1"], stdin=saving.stdout, check=True, capture_output=True).stdout
        return len(packed) // 1_000_000

    def _ask(self, *arguments: str) -> str:
        return subprocess.run([self._engine, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def live(container: Container, inbox: Inbox, *, mails: Callable[[], int]) -> None:
    """The main job: go over a budget, be told once; and keep receipts, which are drawn in a process of their own."""
    person = Person(container.url).verify(inbox)
    budget = person.budget("50.00")
    expense = person.spend("61.30", payee="Corner Shop")
    eventually(lambda: person.read(f"budgets/{budget['id']}")["current"]["spent"]["amount"] == "61.30", seconds=20)
    for name, file in (("bill.pdf", pictures.a_pdf()), ("lunch.heic", pictures.a_heic()), ("lunch.jpg", pictures.a_jpeg())):
        answer = person.post(f"expenses/{expense['id']}/receipts", files={"file": (name, file)})
        assert answer.status_code == 201, answer.text
        drawn = person.get(f"receipts/{answer.json()['id']}/thumbnail")
        assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/webp"), drawn.text[:200]
    eventually(lambda: mails() == 1, seconds=30)
    answer = person.post("assistant/messages", json={"text": "How much did I spend this month?"})
    assert "61.30" in answer.text, answer.text
    say_goodbye()


def mails_in(folder: Path) -> int:
    """Count the mails about a budget that was exceeded."""
    return sum("exceeded" in path.read_text("utf-8") for path in folder.rglob("*.eml"))


@dataclass(frozen=True)
class InsideMails:
    """The mails in the volume of the home image, as the container itself reads them."""

    container: Container

    def emails_to(self, address: str) -> list[str]:
        """Return the texts of the mails to an address."""
        return self.container.inside("python", "-c", READ_MAILS, address).stdout.split("\0")


READ_MAILS = """
import email, email.policy, pathlib, sys
for path in pathlib.Path('/data/mail').glob('*.eml'):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if sys.argv[1] in str(mail['To']):
        print(mail.get_body(('plain',)).get_content(), end='\\0')
"""

COUNT_MAILS = (
    "import pathlib; print(sum('exceeded' in path.read_text('utf-8') for path in pathlib.Path('/data/mail').rglob('*.eml')))"
)


def home(images: Images, stack: ExitStack) -> None:
    """The home image: one container, one volume, not a word of settings."""
    volume = f"outlay-check-{os.getpid()}"
    container = images.home(volume).run()
    stack.callback(images.forget, volume)
    stack.callback(images.stop, container)
    assert f"Outlay is ready: {container.url}" in container.log(), "it says where to open it"
    live(container, InsideMails(container), mails=lambda: int(container.inside("python", "-c", COUNT_MAILS).stdout))
    images.look_at("outlay", container)


def suite(images: Images, stack: ExitStack, broker: str) -> None:
    """Six images, ten containers, one broker."""
    common = {"OUTLAY_BUS": broker, "OUTLAY_DATA_KEY": KEY, "OUTLAY_GATEWAY_KEY": KEY, "AUTH_COOKIE_SECURE": "false"}
    stores = {
        "auth": {"AUTH_STORE": "sqlite:////data/auth.db"},
        "expenses": {"EXPENSES_DB": "sqlite:////data/expenses.db", "RECEIPTS": "file:/data/receipts"},
        "budgets": {"BUDGETS_DB": "sqlite:////data/budgets.db"},
        "notifier": {"NOTIFIER_DB": "sqlite:////data/notifier.db", "NOTIFIER_MAIL": "file:/data/mail"},
    }
    addresses: dict[str, str] = {}
    for name in SERVICES:
        told = {**common, **stores[name], **addresses}
        images.of(name, "migrate", **told).finish()
        serving = images.of(name, "serve", **told).run()
        stack.callback(images.stop, serving)
        addresses[f"{name.upper()}_URL"] = serving.url
        working = images.of(name, "work", **{**told, **addresses}).run()
        stack.callback(images.stop, working)
        images.look_at(name, serving)
    told = {"OUTLAY_BUS": broker, "OUTLAY_GATEWAY_KEY": KEY, **addresses}
    gateway = images.of("gateway", "serve", **told)
    assistant = images.of(
        "assistant", "serve", OUTLAY_DATA_KEY=KEY, AUTH_URL=addresses["AUTH_URL"], OUTLAY_API_URL=gateway.url
    ).run()
    stack.callback(images.stop, assistant)
    gateway = replace(gateway, settings={**told, "OUTLAY_URL": gateway.url, "ASSISTANT_URL": assistant.url}).run()
    stack.callback(images.stop, gateway)
    live(gateway, MailFolder(images.folder / "notifier" / "mail"), mails=lambda: mails_in(images.folder / "notifier"))
    images.look_at("assistant", assistant)
    images.look_at("gateway", gateway)


def refusals(images: Images) -> None:
    """An image that is told nothing says all that is missing at once."""
    for (name, command), missing in REFUSED.items():
        status, said = images.of(name, command).refusal()
        assert (status, set(re.findall(r"(\w+): is missing: ", said))) == (2, missing), (name, command, said)


def main() -> int:
    """Run; print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--registry", default=os.environ.get("REGISTRY") or "localhost")
    parser.add_argument("--tag", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outlay-images-") as place, ExitStack() as stack:
        images = Images(options.registry, options.tag, Path(place) / "data")
        for name in (*SERVICES, *WITHOUT_STORE):
            folder = images.folder / name
            folder.mkdir(parents=True)
            os.chown(folder, 10001, 10001)
        Path(place).chmod(0o755)
        broker = Broker(Path(place) / "broker").start()
        stack.callback(broker.close)
        refusals(images)
        home(images, stack)
        suite(images, stack, broker.url())
    head = ["image", "size", "pulled (gzip)", "packages (Python + Debian)", "start to ready", "resident"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for name in ("outlay", *WITHOUT_STORE, *SERVICES):
        print(f"| {name} | " + " | ".join(images.rows[name]) + " |")
    print(f"\n{len(images.stops)} containers ended by themselves after SIGTERM, the slowest in {max(images.stops):.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
