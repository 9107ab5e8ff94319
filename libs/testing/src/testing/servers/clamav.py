"""A real clamd on loopback that knows one harmless pattern as malware, and so needs no database of real ones."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from testing.servers.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

BAD = b"a pattern that this test calls malware"
_CONF = """
Foreground yes
TCPSocket {port}
TCPAddr 127.0.0.1
DatabaseDirectory {folder}
TemporaryDirectory {folder}
OfficialDatabaseOnly no
"""


@contextmanager
def running_clamd(folder: Path) -> Iterator[str]:
    """Start it, yield its address, and end it."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    [port] = free_ports(1)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o777)
    (folder / "outlay.ndb").write_text(f"Outlay.Test:0:*:{BAD.hex()}\n")
    (folder / "clamd.conf").write_text(_CONF.format(port=port, folder=folder))
    with (folder / "out.log").open("wb") as log:
        process = subprocess.Popen([program, "-c", str(folder / "clamd.conf")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while not _answers(port):
            assert process.poll() is None, (folder / "out.log").read_text()
            assert time.monotonic() < deadline, (folder / "out.log").read_text()
            time.sleep(0.1)
        yield f"clamav://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(60)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"zPING\x00")
            return connection.recv(10) == b"PONG\x00"
    except OSError:
        return False
