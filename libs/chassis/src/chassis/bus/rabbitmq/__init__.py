"""The bus on RabbitMQ, through pika."""

from chassis.bus.rabbitmq.address import BrokerAddress
from chassis.bus.rabbitmq.bus import RabbitBus
from chassis.bus.rabbitmq.publisher import BusAwayError

__all__ = ["BrokerAddress", "BusAwayError", "RabbitBus"]
