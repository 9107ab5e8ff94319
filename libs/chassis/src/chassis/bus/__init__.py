"""The event bus: the port that services see. Transports stand beside this file."""

from chassis.bus.port import Bus, DeadLetter, Handler, Later, Never, Queue, Settings

__all__ = ["Bus", "DeadLetter", "Handler", "Later", "Never", "Queue", "Settings"]
