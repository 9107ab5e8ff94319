"""A connection to the broker in a thread of its own, which reconnects whenever it is lost."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pika
from pika.adapters.select_connection import IOLoop
from pika.adapters.utils.connection_workflow import AMQPConnectionWorkflowFailed, AMQPConnectorException
from pika.channel import Channel
from pika.exceptions import (
    AMQPConnectionError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.topology import explain

log = logging.getLogger("outlay.bus")

_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
_PRECONDITION_FAILED, _ACCESS_REFUSED = 406, 403
_REFUSED_WAIT = 30.0


class BrokerConnection:
    """Runs one pika connection. `on_open` and the functions given to `call` run on its thread, the only one that may use pika."""

    def __init__(
        self,
        name: str,
        address: BrokerAddress,
        *,
        on_open: Callable[[pika.SelectConnection], None],
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        """Connect to nothing yet. `on_open` must end in a call of `opened` once the connection can be used."""
        self._name, self._address, self._on_open, self._on_lost = name, address, on_open, on_lost
        self._connection: pika.SelectConnection | None = None
        self._stopping = threading.Event()
        self._wait = _FIRST_WAIT
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.ready = threading.Event()
        self.trouble = "not connected yet"
        """Why it cannot be used, for operators; empty if it can."""

    def start(self) -> None:
        """Start connecting, unless that has begun."""
        with self._starting:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name=f"link:{self._name}", daemon=True)
                self._thread.start()

    def stop(self, *, seconds: float = 1.0) -> None:
        """Run the functions given to `call`, then close the connection; wait at most `seconds`."""
        self._stopping.set()
        self.call(self._close)
        if self._thread is not None:
            self._thread.join(seconds)

    def opened(self) -> None:
        """Note that everything is declared and open."""
        if self.trouble:
            log.info("connected to the broker", extra={"link": self._name, "broker": self._address.shown})
        self.trouble, self._wait = "", _FIRST_WAIT
        self.ready.set()

    def call(self, work: Callable[[], None]) -> bool:
        """Run a function on the connection's thread soon; False if there is no connection."""
        connection = self._connection
        if connection is None:
            return False
        try:
            connection.ioloop.add_callback_threadsafe(work)
        except Exception:
            return False
        return True

    def reset(self) -> None:
        """Close the connection; a new one is opened."""
        self.call(self._close)

    def channel_closed(self, _channel: Channel, error: Any) -> None:
        """Note that a channel is closed. If the broker refused a declaration, connect again, but less often."""
        if not isinstance(error, ChannelClosedByBroker):
            return
        code, reply = error.reply_code, error.reply_text
        if code == _PRECONDITION_FAILED:
            self._troubled(explain(reply))
            self._wait = _REFUSED_WAIT
        elif code == _ACCESS_REFUSED:
            self._troubled(f"RabbitMQ refuses this user a right that it needs: {reply}")
            self._wait = _REFUSED_WAIT
        else:
            self._troubled(f"RabbitMQ closed the channel: {code} {reply}")
        self._close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._connect_once()
            except Exception as error:  # such as an unreadable certificate: reported, and tried again
                self._troubled(f"{type(error).__name__}: {error}")
            self._connection = None
            self.ready.clear()
            self._on_lost()
            # Jitter, so that processes that lost the same broker do not reconnect all at once.
            self._stopping.wait(random.uniform(self._wait / 2, self._wait))  # noqa: S311
            self._wait = min(self._wait * 2, max(_LONGEST_WAIT, self._wait))

    def _connect_once(self) -> None:
        # pika does not close a custom loop, which has two sockets.
        with closing(IOLoop()) as loop:
            connection = pika.SelectConnection(
                self._address.parameters(f"outlay {self._name}"),
                on_open_callback=self._on_open,
                on_open_error_callback=self._on_open_error,
                on_close_callback=self._on_close,
                custom_ioloop=loop,
            )
            connection.add_on_connection_blocked_callback(self._on_blocked)
            connection.add_on_connection_unblocked_callback(lambda *_: self.opened())
            self._connection = connection
            loop.start()

    def _on_open_error(self, connection: pika.SelectConnection, error: Any) -> None:
        self._troubled(words(error, self._address))
        connection.ioloop.stop()

    def _on_close(self, connection: pika.SelectConnection, error: Any) -> None:
        if not self.trouble and not self._stopping.is_set():
            self._troubled(f"connection lost: {error}")
        self.ready.clear()
        connection.ioloop.stop()

    def _on_blocked(self, _connection: pika.SelectConnection, frame: Any) -> None:
        self.ready.clear()
        self._troubled(f"RabbitMQ accepts no messages at present: {frame.method.reason}")

    def _troubled(self, trouble: str) -> None:
        if trouble != self.trouble and not self._stopping.is_set():
            log.warning("no broker", extra={"link": self._name, "broker": self._address.shown, "reason": trouble})
        self.trouble = trouble

    def _close(self) -> None:
        connection = self._connection
        if connection is not None and not connection.is_closing and not connection.is_closed:
            connection.close()  # also aborts one that is still opening


def words(error: Any, address: BrokerAddress) -> str:
    """Return why the broker cannot be used, in a sentence without the password."""
    cause = _root_of(error)
    if isinstance(cause, ProbableAuthenticationError):
        return f"{address.shown} refuses this user and password"
    if isinstance(cause, ProbableAccessDeniedError | ConnectionClosedByBroker):
        return f"{address.shown} does not let this user into the virtual host"
    return f"{address.shown} cannot be reached: {type(cause).__name__}: {cause}"


def _root_of(error: Any) -> Any:
    """Return the cause of an error, which pika wraps up to four times."""
    while True:
        if isinstance(error, AMQPConnectionWorkflowFailed):
            error = error.exceptions[-1]
        elif isinstance(error, AMQPConnectorException) and getattr(error, "exception", None) is not None:
            error = error.exception
        elif isinstance(error, AMQPConnectionError) and error.args and isinstance(error.args[0], Exception):
            error = error.args[0]
        else:
            return error
