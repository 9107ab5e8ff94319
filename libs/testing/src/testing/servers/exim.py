"""A real Exim on loopback, from the installed package, that delivers into a folder: with STARTTLS, TLS from the start, and a login."""

from __future__ import annotations

import email
import email.policy
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from testing.servers.certificates import write_certificates
from testing.servers.ports import free_ports
from testing.waiting import eventually

_PROGRAM = Path("/usr/sbin/exim4")
_OWN_USER = "Debian-exim"
USER, PASSWORD = "outlay", "a mail password"

# Who the recipient is decides what happens: refused@ and deferred@ at RCPT, and the subject says what happens after the text.
_CONFIG = r"""
exim_user = {user}
exim_group = {group}
primary_hostname = localhost
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/exim.pid
daemon_smtp_ports = {port} : {tls_port}
tls_on_connect_ports = {tls_port}
local_interfaces = 127.0.0.1
domainlist local_domains = *
never_users =
keep_environment =
host_lookup =
rfc1413_hosts =
smtputf8_advertise_hosts = *
tls_advertise_hosts = {tls_hosts}
tls_certificate = {folder}/tls/server.pem
tls_privatekey = {folder}/tls/server.key
auth_advertise_hosts = ${{if def:tls_in_cipher {{*}}{{}}}}
acl_smtp_mail = sender
acl_smtp_rcpt = recipient
acl_smtp_data = text

begin acl
sender:
  deny    senders = refused@example.org
  accept
recipient:
  deny    local_parts = refused
          message = No such user here
  defer   local_parts = deferred
          message = Greylisted, come back later
  {login_rule}
  accept
text:
  deny    condition = ${{if match{{$h_subject:}}{{spam}}}}
          message = This looks like spam
  defer   condition = ${{if match{{$h_subject:}}{{later}}}}
  warn    condition = ${{if match{{$h_subject:}}{{slowly}}}}
          delay = 4s
  accept

begin routers
everybody:
  driver = accept
  transport = folder

begin transports
folder:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  user = {user}
  group = {group}

begin retry
* * F,1h,5m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and {{{{eq{{$auth2}}{{{login}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
  server_set_id = $auth2
"""


_LOG_IN = """deny    !authenticated = *
          message = 530 5.7.0 Authentication required"""


class Exim:
    """One mail server. Started by root it runs as the package's own user, else as whoever started it."""

    def __init__(self, *, login: bool = True, tls: bool = True) -> None:
        """Write its configuration; `login` lets in only who logs in, `tls` offers STARTTLS."""
        if not _PROGRAM.exists():
            raise AssertionError("tests of SMTP need Exim: apt-get install exim4-daemon-light")
        # Not in pytest's folder, which Exim's own user could not reach.
        self.folder = Path(tempfile.mkdtemp(prefix="outlay-exim-"))
        self.port, self.tls_port = free_ports(2)
        write_certificates(self.folder / "tls")
        for name in ("spool", "log", "mail"):
            (self.folder / name).mkdir()
        root = os.geteuid() == 0
        account = pwd.getpwnam(_OWN_USER) if root else pwd.getpwuid(os.geteuid())
        values = {
            "folder": self.folder,
            "user": account.pw_uid,
            "group": account.pw_gid,
            "port": self.port,
            "tls_port": self.tls_port,
            "tls_hosts": "*" if tls else "",
            "login_rule": _LOG_IN if login else "",
            "login": USER,
            "password": PASSWORD,
        }
        (self.folder / "exim.conf").write_text(_CONFIG.format(**values))
        if root:
            self.folder.chmod(0o755)
            for path in (self.folder, *self.folder.rglob("*")):
                if path.name != "exim.conf":
                    os.chown(path, account.pw_uid, account.pw_gid)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def ca(self) -> Path:
        """Who signed its certificate."""
        return self.folder / "tls" / "ca.pem"

    def start(self) -> Exim:
        """Start it, unless it runs, and wait until it answers."""
        if self._process is not None:
            return self
        with (self.folder / "started.log").open("ab") as log:
            command = [_PROGRAM, "-C", self.folder / "exim.conf", "-bdf", "-q1h"]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        eventually(self._answers)
        return self

    def arrived(self) -> list[Any]:
        """Return the mails that were delivered, once everything that was accepted is."""
        eventually(lambda: not list((self.folder / "spool" / "input").glob("*-H")))
        files = sorted((self.folder / "mail" / "new").glob("*"), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]

    def stop(self) -> None:
        """End it; its folder stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None

    def kill_all(self) -> None:
        """kill -9 to it and to whatever it is talking to."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(60)
            self._process = None

    def close(self) -> None:
        """End it and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "started.log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(3) == b"220"
        except OSError:
            return False

    def __enter__(self) -> Exim:
        return self.start()

    def __exit__(self, *_args: object) -> None:
        self.close()
