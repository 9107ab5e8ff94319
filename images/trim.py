"""Removes what no process loads from an installed environment, and compiles the rest.

python trim.py FOLDER, while an image is built: removes tests, sources of extension modules and debug symbols; replaces copies of a
shared library, which wheels contain in place of links, by links.
"""

from __future__ import annotations

import compileall
import filecmp
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = ("test", "tests", "ibm_db_tests")
SOURCES = {".c", ".h", ".pyx", ".pxd", ".pyi"}


def drop(packages: Path) -> None:
    """Remove tests, and the sources of extension modules."""
    for name in TESTS:
        for folder in (packages / name, *packages.glob(f"*/{name}")):
            shutil.rmtree(folder, ignore_errors=True)
    for path in packages.rglob("*"):
        if path.suffix in SOURCES:
            path.unlink()


def link(folder: Path) -> None:
    """Keep the copy of a library with the longest name, libx.so.1.2, and link libx.so and libx.so.1 to it."""
    for path in sorted(folder.rglob("*.so.*"), key=lambda path: len(path.name), reverse=True):
        for other in path.parent.glob("*.so*"):
            shorter = path.name.startswith(f"{other.name}.") and not other.is_symlink()
            if shorter and not path.is_symlink() and filecmp.cmp(path, other, shallow=False):
                other.unlink()
                other.symlink_to(path.name)


def main() -> int:
    """Trim and compile; compiled files carry the hash of their source instead of its time."""
    (packages,) = Path(sys.argv[1]).glob("lib/python*/site-packages")
    drop(packages)
    link(packages)
    # Only extension modules: wheels patch the libraries they bring, and stripping may break those.
    subprocess.run(["strip", "--strip-unneeded", *packages.rglob("*.cpython-*.so")], check=True)
    done = compileall.compile_dir(packages, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
