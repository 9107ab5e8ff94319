"""The broker's probe: is it reachable, does it accept this user, and do its queues match this version."""

from __future__ import annotations

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker

from chassis.messaging.bus import Settings
from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.connection import words
from chassis.messaging.rabbitmq.publisher import declare
from chassis.messaging.rabbitmq.topology import Topology, explain, suite_queues
from chassis.runtime.probes import Probe, ProbeError

_REFUSED, _DIFFERENT = 403, 406


def broker_probe(address: BrokerAddress) -> Probe:
    """Return the probe. It declares missing queues, as every process does at its start."""
    return Probe("broker", lambda: _try(address), processes=frozenset({"serve", "work"}))


def _try(address: BrokerAddress) -> str:
    topology = Topology(suite_queues(), Settings().delays)
    try:
        connection = pika.BlockingConnection(address.parameters("outlay check"))
    except (AMQPError, OSError) as error:
        raise ProbeError(f"OUTLAY_BUS: {words(error, address)}") from error
    try:
        declare(connection.channel(), topology)
    except ChannelClosedByBroker as error:
        raise ProbeError(_refusal(error)) from error
    except AMQPError as error:
        raise ProbeError(f"OUTLAY_BUS: the connection to {address.shown} was lost: {type(error).__name__}") from error
    finally:
        if connection.is_open:
            connection.close()
    return f"{address.shown} answers, and its {len(topology.queues)} queues are as this version declares them"


def _refusal(error: ChannelClosedByBroker) -> str:
    if error.reply_code == _DIFFERENT:
        return f"OUTLAY_BUS: {explain(error.reply_text)}"
    if error.reply_code == _REFUSED:
        return f"OUTLAY_BUS: the user lacks a right that docs/operate/processes.md lists: {error.reply_text}"
    return f"OUTLAY_BUS: the broker closed the channel: {error.reply_code} {error.reply_text}"
