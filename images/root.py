"""Copies what processes need out of the base image: its Python and some Debian packages.

python root.py FOLDER, in the base image while an image is built; FOLDER becomes the root of the final stage. The base is Debian
with its own Python or another one. Left out: apt, perl, pip, setuptools, Python's tests and editor, documentation.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGES = (
    "base-files",
    "ca-certificates",
    "coreutils",
    "dash",
    "libc-bin",
    "libc6",
    "tzdata",
    "libcrypt1",
    "libgcc-s1",
    "libpam0g",
    "libstdc++6",
    "zlib1g",  # what wheels and the Db2 driver rely on
)
PLACES = ("/etc/ssl/certs", "/usr/lib/ssl", "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/localtime", "/etc/timezone")
"""What no package lists, because it is made during installation."""
LINKS = ("/bin", "/sbin", "/lib", "/lib64")
NOT_FROM_PACKAGES = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/info/", "/gconv/")
NOT_FROM_PYTHON = (
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "ensurepip",
    "site-packages",
    "config-*",
    "__pycache__",
)


def ask(*command: str) -> list[str]:
    """Return the lines that a command prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def place(path: str | Path) -> Path:
    """Return where a file really is, following links among its folders: /lib is /usr/lib."""
    path = Path(path)
    return path.parent.resolve() / path.name


def copy(path: Path, root: Path) -> None:
    """Copy a file or a link, with the folders that it is in."""
    target = root / path.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(target):
        shutil.copy2(path, target, follow_symlinks=False)


def libraries(files: Iterable[Path]) -> set[str]:
    """Return the shared libraries that programs and libraries load."""
    found = set()
    for file in files:
        done = subprocess.run(["ldd", file], check=False, capture_output=True, text=True)
        found |= {word for word in done.stdout.split() if word.startswith("/")}
    return found


def packages_of(paths: Iterable[str]) -> set[str]:
    """Return the packages that files belong to; files of no package are Python's own."""
    found = set()
    for path in paths:
        for name in (path, str(place(path)), str(place(path)).removeprefix("/usr")):
            done = subprocess.run(["dpkg-query", "--search", name], check=False, capture_output=True, text=True)
            if done.returncode == 0:
                found.add(done.stdout.split(":")[0])
                break
    return found


def programs(package: str) -> Iterator[Path]:
    """Yield the files of a package that load libraries."""
    for line in ask("dpkg-query", "--listfiles", package):
        path = place(line)
        if path.is_file() and not path.is_symlink() and (os.access(path, os.X_OK) or ".so" in path.name):
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def closure(packages: set[str]) -> set[str]:
    """Return packages and those whose libraries they load."""
    while more := packages_of(libraries(path for package in packages for path in programs(package))) - packages:
        packages |= more
    return packages


def copy_package(package: str, root: Path) -> None:
    """Copy the files of a package, and its licence."""
    for line in ask("dpkg-query", "--listfiles", package):
        path = place(line)
        if not line.startswith("/") or not os.path.lexists(path) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.name == "copyright" or not any(part in str(path) for part in NOT_FROM_PACKAGES):
            copy(path, root)


def copy_python(root: Path) -> list[Path]:
    """Copy the interpreter and its library, compiled; return the files that load libraries."""
    library = Path(sysconfig.get_path("stdlib"))
    executable = Path(sys.executable)
    while executable.is_symlink():
        copy(place(executable), root)
        executable = executable.parent / executable.readlink()
    copy(place(executable), root)
    target = root / library.relative_to("/")
    shutil.copytree(library, target, symlinks=True, ignore=shutil.ignore_patterns(*NOT_FROM_PYTHON), dirs_exist_ok=True)
    compileall.compile_dir(
        target, stripdir=str(root), prependdir="/", quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )
    own = [place(path) for path in libraries([executable]) if "/libpython" in path]
    for path in own:
        copy(path, root)
    return [executable, *own, *library.rglob("*.so")]


def main() -> int:
    """Copy, and print the packages."""
    root = Path(sys.argv[1])
    for link in map(Path, LINKS):
        if link.is_symlink():
            copy(link, root)
    loading = copy_python(root)
    packages = closure({*PACKAGES, *packages_of(libraries(loading))})
    for package in sorted(packages):
        copy_package(package, root)
    for path in map(Path, PLACES):
        if path.is_dir() and not path.is_symlink():
            shutil.copytree(path, root / path.relative_to("/"), symlinks=True, dirs_exist_ok=True)
        elif os.path.lexists(path):
            copy(path, root)
    status = root / "var/lib/dpkg/status"
    status.parent.mkdir(parents=True)
    status.write_text("\n".join(ask("dpkg-query", "--status", *sorted(packages))) + "\n", "utf-8")
    for folder, mode in (("tmp", 0o1777), ("var/tmp", 0o1777), ("run", 0o755), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755)):
        (root / folder).mkdir(exist_ok=True, parents=True)
        (root / folder).chmod(mode)
    subprocess.run(["ldconfig", "-r", root], check=True)
    print(f"{len(packages)} packages: {' '.join(sorted(packages))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
