"""A real RabbitMQ on loopback, from the installed package, with its data in a folder: to be used, stopped, killed and started again."""

from __future__ import annotations

import os
import re
import secrets
import signal
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pika
from pika.exceptions import AMQPError

from testing.servers.certificates import write_certificates
from testing.servers.containers import has_image
from testing.servers.packages import packaged
from testing.servers.ports import free_ports
from testing.servers.sharing import end_group, one_for_the_run
from testing.servers.starting import START_SECONDS, STOP_SECONDS, wait_until_started

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_PROGRAMS = "/usr/lib/rabbitmq/bin"
_CONF = """
listeners.tcp.1 = {listen}
listeners.ssl.1 = {listen_tls}
ssl_options.cacertfile = {tls}/ca.pem
ssl_options.certfile = {tls}/server.pem
ssl_options.keyfile = {tls}/server.key
ssl_options.verify = verify_none
default_user = outlay
default_pass = {password}
disk_free_limit.absolute = 10MB
log.console = false
log.file.level = warning
"""


class Broker:
    """One RabbitMQ node. Its ports, password and data outlive a kill."""

    def __init__(self, folder: Path, known: Mapping[str, Any] | None = None) -> None:
        """Start nothing yet. `known` is what another process noted of the same broker."""
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        if known:
            self.password, self._pid = known["password"], known["pid"]
            self.port, self.tls_port, self._dist_port, self._epmd_port = known["ports"]
            return
        self.password = secrets.token_hex(8)
        self.port, self.tls_port, self._dist_port, self._epmd_port = free_ports(4)
        folder.mkdir(parents=True, exist_ok=True)
        write_certificates(folder / "tls")
        (folder / "plugins").write_text("[].")
        self._configure(listen=f"127.0.0.1:{self.port}", listen_tls=f"127.0.0.1:{self.tls_port}", tls=f"{folder}/tls")

    def _configure(self, **places: str) -> None:
        (self.folder / "rabbitmq.conf").write_text(_CONF.format(password=self.password, **places))

    @property
    def pid(self) -> int:
        """The process id of the node, whose group is its own."""
        return self._process.pid if self._process else self._pid

    def url(self, vhost: str = "/") -> str:
        """Return the address with user and password."""
        return f"amqp://outlay:{self.password}@127.0.0.1:{self.port}/{vhost.replace('/', '%2F')}"

    def start(self, *, seconds: float = START_SECONDS) -> Broker:
        """Start it and wait until it takes connections."""
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                packaged(f"{_PROGRAMS}/rabbitmq-server", folder=self.folder),
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
            )
        log_path = self.folder / "out.log"
        try:
            wait_until_started("RabbitMQ", self.answers, status=self._process.poll, output=log_path.read_text, seconds=seconds)
        except AssertionError:
            self.kill()
            raise
        return self

    def control(self, *arguments: str) -> str:
        """Run rabbitmqctl."""
        command = packaged(f"{_PROGRAMS}/rabbitmqctl", "--quiet", *arguments, folder=self.folder)
        return subprocess.run(command, env=self._environ(), check=True, capture_output=True, text=True, timeout=300).stdout

    def evaluate(self, expression: str) -> str:
        """Return what an Erlang expression says in the node: rabbitmqctl takes seconds to start where others are at work."""
        caller = f"caller{secrets.token_hex(8)}"  # two of one name at a time would be refused
        done = subprocess.run(
            packaged("/usr/bin/erl_call", "-h", caller, "-n", self._node, "-e", folder=self.folder),
            env=self._environ(),
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            input=f"{expression}.\n",
        )
        assert done.stdout.startswith("{ok, "), done.stdout + done.stderr
        return done.stdout

    def add_vhost(self, name: str) -> str:
        """Make a virtual host, so that what is in it is nobody else's; return its address."""
        self.evaluate(_ADD_VHOST % (name, name))
        return self.url(name)

    def queues(self, vhost: str = "/") -> dict[str, int]:
        """Return how many messages each queue with a name of its own has, those in somebody's hands among them."""
        found = re.findall(r"([^ \"]+)=(\d+) ", self.evaluate(_QUEUES % vhost))
        return {name: int(count) for name, count in found if not name.startswith("amq.")}

    def stop(self) -> None:
        """Stop it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Kill it and what it started."""
        self.kill()
        for _ in range(30):  # it stays as long as it thinks that the node lives, which is a moment longer than the node does
            stopping = packaged("/usr/bin/epmd", "-port", str(self._epmd_port), "-kill", folder=self.folder)
            done = subprocess.run(stopping, check=False, capture_output=True, text=True)
            if "not allowed" not in done.stdout + done.stderr:
                return
            time.sleep(0.1)

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        ports = [self.port, self.tls_port, self._dist_port, self._epmd_port]
        return {"password": self.password, "ports": ports, "pid": self.pid}

    def described(self) -> str:
        """Say what it calls itself."""
        with pika.BlockingConnection(pika.URLParameters(self.url())) as connection:
            told = connection._impl.server_properties
        return f"{told['product']} {told['version']} (package)"

    def leave(self) -> None:
        """Leave it to another process to stop it."""
        if self._process is not None:
            self._process.returncode = 0  # or Popen complains that it was forgotten

    def _end(self, sig: int) -> None:
        end_group(self.pid, sig)
        if self._process is not None:
            self._process.wait(STOP_SECONDS)

    def answers(self) -> bool:
        """Say whether it takes connections."""
        try:
            pika.BlockingConnection(pika.URLParameters(self.url())).close()
        except (AMQPError, OSError):
            return False
        return True

    @property
    def _node(self) -> str:
        return f"outlay{self.port}@localhost"

    def _environ(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            **os.environ,
            "HOME": folder,  # the Erlang cookie is there
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            # Two cores are shared with what is tested; nothing but loopback is listened on.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
        }


_ADD_VHOST = (
    'rabbit_vhost:add(<<"%s">>, <<"outlay">>), '
    'rabbit_auth_backend_internal:set_permissions(<<"outlay">>, <<"%s">>, <<".*">>, <<".*">>, <<".*">>, <<"outlay">>)'
)
# What rabbitmqctl says of a quorum queue is up to five seconds old, so its leader is asked.
_QUEUES = (
    '[lists:concat([binary_to_list(Name), "=", Count, " "]) || Queue <- rabbit_amqqueue:list(<<"%s">>), '
    "[{name, {resource, _, queue, Name}}, {messages, Known}] <- [rabbit_amqqueue:info(Queue, [name, messages])], "
    "Count <- [case amqqueue:get_type(Queue) of "
    "rabbit_quorum_queue -> {ok, {_, Now}, _} = ra:leader_query(amqqueue:get_pid(Queue), {rabbit_fifo, query_messages_total, []}), Now; "
    "_ -> Known end]]"
)


@contextmanager
def shared_broker(folder: Path) -> Iterator[Broker]:
    """Give the one broker of a test run to each of its worker processes."""
    with one_for_the_run(folder, _broker) as broker:
        yield broker


def _broker(folder: Path, known: dict[str, Any] | None) -> Broker:
    from testing.servers.broker_container import ContainedBroker

    contained = "container" in known if known else has_image("rabbitmq")
    return (ContainedBroker if contained else Broker)(folder, known)
