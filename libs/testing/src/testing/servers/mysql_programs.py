"""MariaDB and MySQL as packages bring them: how each is set up and started with its data in a folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from testing.servers.packages import has_package, packaged

if TYPE_CHECKING:
    from pathlib import Path

_CONF = """
[{section}]
datadir = {folder}/data
socket = {folder}/socket
pid-file = {folder}/pid
port = {port}
bind-address = 127.0.0.1
ssl-cert = {folder}/tls/server.pem
ssl-key = {folder}/tls/server.key
# What a test writes need not outlive a power cut.
innodb_flush_log_at_trx_commit = 0
innodb_doublewrite = 0
innodb_buffer_pool_size = 64M
skip-log-bin
skip-name-resolve
# Not ours on purpose: the service has to ask for what it needs.
character-set-server = latin1
collation-server = latin1_swedish_ci
sql_mode =
default-time-zone = +05:00
{more}
"""
_ACCOUNTS = """
ALTER USER root@localhost IDENTIFIED BY '{password}';
CREATE USER IF NOT EXISTS root@127.0.0.1;
ALTER USER root@127.0.0.1 IDENTIFIED BY '{password}';
GRANT ALL ON *.* TO root@127.0.0.1 WITH GRANT OPTION;
"""


@dataclass(frozen=True)
class Program:
    """One of the two, and what only it understands."""

    path: str
    section: str
    settings: str
    sets_up: str
    """The program that makes the data folder."""
    option: str
    """What that is told besides."""

    def set_up(self, folder: Path, port: int, password: str) -> list[str]:
        """Write what it reads; return the command that makes its data folder, with a root without password."""
        (folder / "my.cnf").write_text(_CONF.format(section=self.section, folder=folder, port=port, more=self.settings))
        (folder / "start.sql").write_text(_ACCOUNTS.format(password=password))  # one statement in a line
        return packaged(self.sets_up, f"--defaults-file={folder}/my.cnf", self.option, *_user(), folder=folder)

    def command(self, folder: Path) -> list[str]:
        """Return the command that starts it."""
        return packaged(self.path, f"--defaults-file={folder}/my.cnf", f"--init-file={folder}/start.sql", *_user(), folder=folder)


_MARIADB = Program(
    path="/usr/sbin/mariadbd",
    section="mariadbd",
    settings="innodb_log_file_size = 32M",
    sets_up="/usr/bin/mariadb-install-db",
    option="--auth-root-authentication-method=normal",
)
_MYSQL = Program(
    path="/usr/sbin/mysqld",
    section="mysqld",
    settings="innodb_redo_log_capacity = 64M\nmysqlx = OFF\nsecure_file_priv = NULL",
    sets_up="/usr/sbin/mysqld",
    option="--initialize-insecure",
)


def installed() -> Program:
    """Return the one that there is; MariaDB's package calls its program by MySQL's name as well."""
    return _MARIADB if has_package(_MARIADB.path) else _MYSQL


def _user() -> list[str]:
    return ["--user=root"] if os.getuid() == 0 else []
