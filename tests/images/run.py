"""Starts every image as an operator would and lives through the main job in them; prints a table. `make images-check`.

The images are those of `make images` with the same REGISTRY and TAG. RabbitMQ is the one of the tests; the stores are files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from images.container import Container, engine
from support.broker import Broker
from support.client import Person, eventually, say_goodbye

if TYPE_CHECKING:
    from collections.abc import Callable

SERVICES = ("auth", "expenses", "budgets", "notifier")
KEY = "5e" * 32


class Images:
    """The images of one build, and what was seen of them."""

    def __init__(self, registry: str, tag: str, folder: Path) -> None:
        """`folder` gets the stores."""
        self._registry, self._tag, self.folder, self._engine = registry, tag, folder, engine()
        self.rows: dict[str, list[str]] = {}

    def of(self, name: str, *command: str, **settings: str) -> Container:
        """Return a container of an image, not started."""
        image = f"{self._registry}/outlay{'' if name == 'outlay' else '-' + name}:{self._tag}"
        return Container(self._engine, image, command, settings, {self.folder / name: "/data"})

    def look_at(self, name: str, container: Container) -> None:
        """Check what must be true of a running container, and note its figures."""
        assert container.inside("id", "-u").stdout.strip() == "10001", "it is not root"
        assert container.inside("touch", "/app/x").returncode != 0, "its root cannot be written"
        assert container.inside("sh", "-c", "command -v gcc cc g++ ld").returncode != 0, "it has no compiler"
        healthy = container.inside("python", "-m", "chassis.alive")
        assert healthy.returncode == 0, healthy.stderr
        size = int(self._ask("image", "inspect", "--format", "{{.Size}}", container.image)) // 1_000_000
        pulled = self._compressed(container.image)
        python = int(container.inside("sh", "-c", "ls -d /app/lib/python*/site-packages/*.dist-info | wc -l").stdout)
        debian = int(container.inside("sh", "-c", "dpkg-query -f '.\n' -W | wc -l").stdout)
        self.rows[name] = [
            f"{size} MB", f"{pulled} MB", f"{python} + {debian}", f"{container.seconds:.1f} s", f"{container.megabytes():.0f} MB",
        ]  # fmt: skip

    def _compressed(self, image: str) -> int:
        with subprocess.Popen([self._engine, "save", image], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as saving:
            packed = subprocess.run(["gzip", "-1"], stdin=saving.stdout, check=True, capture_output=True).stdout
        return len(packed) // 1_000_000

    def _ask(self, *arguments: str) -> str:
        return subprocess.run([self._engine, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def live(url: str, *, mails: Callable[[], int]) -> None:
    """The main job: go over a budget, be told once."""
    person = Person(url)
    budget = person.budget("50.00")
    person.spend("61.30", payee="Corner Shop")
    eventually(lambda: person.read(f"budgets/{budget['id']}")["current"]["spent"]["amount"] == "61.30", seconds=20)
    eventually(lambda: mails() == 1, seconds=30)
    say_goodbye()


def mails_in(folder: Path) -> int:
    """Count the mails about a budget that was exceeded."""
    return sum("exceeded" in path.read_text("utf-8") for path in folder.rglob("*.eml"))


def home(images: Images, stack: ExitStack) -> None:
    """The home image: one container, one volume."""
    container = images.of("outlay", "run", OUTLAY_URL="http://127.0.0.1:8000", OUTLAY_DATA="/data").run()
    stack.callback(container.stop)
    live(container.url, mails=lambda: mails_in(images.folder / "outlay"))
    images.look_at("outlay", container)


def suite(images: Images, stack: ExitStack, broker: str) -> None:
    """Five images, nine containers, one broker."""
    common = {"OUTLAY_BUS": broker, "OUTLAY_DATA_KEY": KEY, "AUTH_COOKIE_SECURE": "false"}
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
        stack.callback(serving.stop)
        addresses[f"{name.upper()}_URL"] = serving.url
        working = images.of(name, "work", **told, **addresses).run()
        stack.callback(working.stop)
        images.look_at(name, serving)
    gateway = images.of("gateway", "serve", OUTLAY_BUS=broker, **addresses).run()
    stack.callback(gateway.stop)
    live(gateway.url, mails=lambda: mails_in(images.folder / "notifier"))
    images.look_at("gateway", gateway)


def refusals(images: Images) -> None:
    """An image that is told nothing says all that is missing at once."""
    for name in (*SERVICES, "gateway"):
        status, said = images.of(name, "serve").refusal()
        assert status == 2, (name, status, said)
        assert said.count("is missing") >= 2, (name, said)


def main() -> int:
    """Run; print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--registry", default=os.environ.get("REGISTRY") or "localhost")
    parser.add_argument("--tag", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="outlay-images-") as place, ExitStack() as stack:
        images = Images(options.registry, options.tag, Path(place) / "data")
        for name in (*SERVICES, "gateway", "outlay"):
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
    for name in ("outlay", "gateway", *SERVICES):
        print(f"| {name} | " + " | ".join(images.rows[name]) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
