"""Dead letters that still need a data key that is to be removed."""

from __future__ import annotations

import json
from pathlib import Path

from chassis.messaging.bus import Queue, Reject
from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.events import Event
from chassis.process.events_command import report_encrypted
from chassis.runtime.metrics import Metrics
from chassis.security.encryption import Encryptor, key_id_of
from testing.waiting import eventually

EVENTS = Path(__file__).parents[3] / "contracts" / "events"
OLD, NEW = b"o" * 32, b"n" * 32
ASSOCIATED_DATA = "email:1"


def test_dead_letters_that_need_an_older_key_are_counted(tmp_path: Path) -> None:
    def refuse(_event: Event) -> None:
        message = "not this one"
        raise Reject(message)

    said: list[str] = []
    bus = EmbeddedBus(tmp_path / "bus.db", [Queue("notifier.accounts", ("user.registered",), refuse)], metrics=Metrics())
    bus.start()
    example = json.loads((EVENTS / "user.registered.json").read_text("utf-8"))["examples"][0]
    example["data"]["email"] = Encryptor(OLD).encrypt("maria@example.org", ASSOCIATED_DATA)
    bus.publish([Event.from_json(json.dumps(example))])
    eventually(bus.dead)
    report_encrypted(bus, [key_id_of(OLD)], say=said.append)
    report_encrypted(bus, [key_id_of(NEW)], say=said.append)
    bus.stop()
    assert said == [f"dead letters: 1 still need {key_id_of(OLD)}: replay or purge them before you remove it"]
