"""Lists the licence of every package in the images, and refuses those that Outlay must not ship.

`make licences` writes docs/develop/licences.md; `--check` only says whether it is up to date. Both fail if a package is licensed
under the GPL or AGPL, if it states no licence, or if a wheel brings a shared library that is not listed here. `make sbom` lists
the Debian packages of an image.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

TOP = Path(__file__).resolve().parents[1]
PAGE = TOP / "docs/develop/licences.md"
IMAGES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway", "outlay")
MARKERS = {
    "sys_platform": "linux",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": "3.11",
    "python_full_version": "3.11.9",
}
"""What the images run on."""

UNSTATED = {"CurrencyConverter": "Apache-2.0", "python-dateutil": "Apache-2.0 OR BSD-3-Clause", "uvloop": "MIT OR Apache-2.0"}
"""Packages whose metadata is silent or vague; taken from the licence files in their wheels or repositories."""
JUDGED = {
    "certifi": "MPL-2.0 covers the file of certificates, which ships unchanged.",
    "ibm_db": "Its wheel carries IBM's Db2 CLI driver under IBM's own licence, which lists the files that may be redistributed "
    "(`clidriver/license/odbc_REDIST.txt`). It is not open source, and only in the images of expenses, budgets and notifier. "
    "libkeyutils beside it is LGPL-2.1, unchanged.",
    "pi_heif": "Its wheel carries libheif and libde265, LGPL-3.0, unchanged. Do not replace it with pillow-heif, whose wheel also "
    "carries x265, GPL-2.0.",
}
SPELLINGS = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
}
_LIBRARIES_BY_LICENCE = {
    "0BSD": "liblzma",
    "Apache-2.0": "libcrypto",
    "BSD-2-Clause": "libavif libopenjp2",
    "BSD-3-Clause": "libpcre2-8 libsharpyuv libwebp libwebpdemux libwebpmux libzstd",
    "FTL": "libfreetype",
    "IJG AND BSD-3-Clause": "libjpeg",
    "LGPL-2.1": "libkeyutils",
    "LGPL-3.0": "libde265 libheif",
    "MIT": "libXau libbrotlicommon libbrotlidec libcom_err libgssapi_krb5 libharfbuzz libk5crypto libkrb5 libkrb5support liblcms2 "
    "libxcb libxml2",
    "libpng-2.0": "libpng16",
    "libtiff": "libtiff",
    "public domain": "libselinux",
}
LIBRARIES = {name: licence for licence, names in _LIBRARIES_BY_LICENCE.items() for name in names.split()}
"""Shared libraries that wheels carry beside their own code, by name without version."""
INTRO = """# Licences of what ships

For developers who add a dependency, and for whoever has to approve the use of Outlay. Written by `make licences`, which fails if a
package is licensed under the GPL or AGPL.

Outlay itself is licensed under [Apache-2.0](../../LICENSE). LGPL is accepted where a wheel carries the library as a separate,
unchanged shared object, which anyone may replace. Tools of tests and checks do not ship and are not listed. The Debian packages of
an image are separate programs and libraries of the base system; `make sbom` lists them.
"""


class Package(NamedTuple):
    """A package that ships."""

    name: str
    licence: str
    places: str


def shipped() -> dict[str, list[str]]:
    """Return the Python packages of the images, each with the images that have it."""
    found: dict[str, list[str]] = {}
    for image in IMAGES:
        lock = (TOP / f"requirements/{image}.txt").read_text("utf-8")
        for line in re.findall(r"^([a-z].*?) \\$", lock, re.MULTILINE):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate(MARKERS):
                found.setdefault(requirement.name, []).append(image)
    return found


def licence_of(package: Distribution) -> str:
    """Return what a package says, best source first; empty if it says nothing."""
    told = package.metadata
    classifiers = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    stated = UNSTATED.get(package.name) or told.get("License-Expression") or told.get("License") or ""
    first = stated.strip().splitlines()[0] if stated.strip() else ", ".join(classifiers)
    return SPELLINGS.get(first, first)


def python_packages() -> list[Package]:
    """Return the Python packages of all images."""
    every = [(distribution(name), places) for name, places in shipped().items()]
    rows = [Package(one.name, licence_of(one), "all" if len(places) == len(IMAGES) else ", ".join(places)) for one, places in every]
    return sorted(rows, key=lambda row: row.name.lower())


def shared_libraries() -> list[Package]:
    """Return the shared libraries that wheels carry in a folder of their own."""
    found = set()
    for name in shipped():
        for path in distribution(name).files or ():
            if path.parts[0].endswith(".libs"):
                library = re.split(r"-[0-9a-f]{8}\.|\.so", path.name)[0]
                found.add(Package(library, LIBRARIES.get(library, ""), path.parts[0].removesuffix(".libs")))
    return sorted(found)


def web_packages() -> list[Package]:
    """Return what the web UI is bundled from."""
    packages = json.loads((TOP / "services/gateway/web/package-lock.json").read_text("utf-8"))["packages"]
    kept = {
        path.rpartition("node_modules/")[2]: one.get("license", "") for path, one in packages.items() if path and not one.get("dev")
    }
    return [Package(name, licence, "gateway, outlay") for name, licence in sorted(kept.items())]


def is_refused(licence: str) -> bool:
    """Tell whether a licence is missing, or leaves no choice but the GPL or AGPL."""
    choices = [choice for choice in re.split(r"\bOR\b", licence) if choice.strip()]
    return not any(re.search(r"(?<!L)GPL|Affero|General Public", choice) is None or "Lesser" in choice for choice in choices)


def table(title: str, column: str, rows: list[Package]) -> str:
    """Return one section of the page."""
    lines = [f"| {row.name} | {row.licence} | {row.places} |" for row in rows]
    return "\n".join([f"\n## {title}\n", f"| package | licence | {column} |", "|---|---|---|", *lines, ""])


def main() -> int:
    """Write the page or compare it; say which packages are refused."""
    python, libraries, web = python_packages(), shared_libraries(), web_packages()
    refused = [row for row in (*python, *libraries, *web) if is_refused(row.licence)]
    for row in refused:
        print(f"{row.name} must not ship: {row.licence or 'states no licence'}", file=sys.stderr)
    judged = "\n".join(["\n## Judged one by one\n", *(f"- **{name}**: {text}" for name, text in sorted(JUDGED.items())), ""])
    page = INTRO + judged + table("Python packages", "images", python) + table("Shared libraries in wheels", "wheel", libraries)
    page += table("Packages in the web UI", "images", web)
    behind = not PAGE.exists() or PAGE.read_text("utf-8") != page
    if behind and "--check" in sys.argv:
        print("docs/develop/licences.md is out of date: run `make licences`", file=sys.stderr)
        return 1
    PAGE.write_text(page, "utf-8")
    counts = f"{len(python)} Python packages, {len(libraries)} shared libraries, {len(web)} packages in the web UI"
    print(f"{counts}; {len(refused)} refused")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
