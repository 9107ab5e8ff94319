"""The bus on RabbitMQ, through pika."""

from chassis.messaging.rabbitmq.address import BrokerAddress
from chassis.messaging.rabbitmq.bus import RabbitBus
from chassis.messaging.rabbitmq.publisher import BrokerUnavailableError

__all__ = ["BrokerAddress", "BrokerUnavailableError", "RabbitBus"]
