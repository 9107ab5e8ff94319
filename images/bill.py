"""Writes an image's bill of materials as CycloneDX.

bill.py ENGINE IMAGE FILE, with the Python of build/sbom-tool: `make sbom`. The Python and Debian packages are
listed inside the image, so they are what runs; the packages in the web UI come from its lock.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

LOCK = Path(__file__).parent.parent / "services/gateway/web/package-lock.json"
WITH_UI = ("outlay", "outlay-gateway")
ASKED = """
import email, importlib.metadata as installed, json, platform, re
found = [["generic", "python", platform.python_version(), "PSF-2.0", "arch"]]
for one in installed.distributions():
    found.append(["pypi", re.sub("[-_.]+", "-", one.name).lower(), one.version, one.metadata.get("License-Expression") or "", ""])
for text in open("/var/lib/dpkg/status", encoding="utf-8").read().strip().split("\\n\\n"):
    one = email.message_from_string(text)
    found.append(["deb", one["Package"], one["Version"], "", one["Architecture"]])
print(json.dumps(found))
"""


def ask(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def bundled() -> list[list[str]]:
    """Return the packages in the web UI."""
    packages = json.loads(LOCK.read_text("utf-8"))["packages"].items()
    kept = [(path.rpartition("node_modules/")[2], one) for path, one in packages if path and not one.get("dev")]
    return [["npm", name, one["version"], one.get("license", ""), ""] for name, one in kept]


def component(kind: str, name: str, version: str, spdx: str, processor: str) -> Component:
    """Return one package."""
    scope, _, last = name.rpartition("/")
    debian = kind == "deb"
    told = {"arch": processor, "distro": "bookworm"} if debian else None
    url = PackageURL(kind, "debian" if debian else scope or None, last, version, told)
    licenses = [LicenseFactory().make_from_string(spdx)] if spdx else None
    return Component(name=name, version=version, type=ComponentType.LIBRARY, purl=url, bom_ref=str(url), licenses=licenses)


def main() -> int:
    """Ask the image and write the file."""
    engine, image, path = sys.argv[1:]
    told = json.loads(ask(engine, "image", "inspect", image))[0]
    title, version = (told["Config"]["Labels"][f"org.opencontainers.image.{name}"] for name in ("title", "version"))
    found = json.loads(ask(engine, "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", ASKED))
    found += bundled() if title in WITH_UI else []
    bill = Bom(components=[component(*one) for one in sorted(found)], serial_number=uuid5(NAMESPACE_URL, told["Id"]))
    bill.metadata.timestamp = datetime.fromisoformat(told["Created"][:19] + "+00:00")
    bill.metadata.component = Component(name=title, version=version, type=ComponentType.CONTAINER, bom_ref=title)
    bill.register_dependency(bill.metadata.component, bill.components)
    Path(path).write_text(JsonV1Dot6(bill).output_as_string(indent=2) + "\n", "utf-8")
    print(f"{path}: {len(found)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
