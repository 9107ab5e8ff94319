"""A transfer that cannot succeed is refused, and one that breaks off leaves neither half an archive nor half a store."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chassis.messaging.embedded import EmbeddedBus
from chassis.messaging.events import Event
from chassis.messaging.rabbitmq import BrokerAddress, RabbitBus
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.settings import SettingsError, read_settings
from chassis.storage.migrations import HalfImportedError
from chassis.storage.transfer import Row, TransferPart
from outlay.server import DataFolderInUseError, hold_folder
from outlay.settings import HomeSettings
from outlay.suite import build_suite
from outlay.transfer import command
from outlay.transfer.archive import HEAD, SEAL, ArchiveError, members, rows_in
from outlay.transfer.data_set import DataSet, opened
from outlay.transfer.deliver_pending import deliver_pending
from outlay.transfer.exporting import PendingError, export_to
from outlay.transfer.importing import ContentDiffersError, NotEmptyError, import_from
from support.asgi import call
from support.suite import built_suite
from testing.fakes import pictures
from testing.servers.disk import Disk

if TYPE_CHECKING:
    from testing.servers.broker import Broker

Say = Callable[[str], None]


def settings_of(data: Path, **environ: str) -> HomeSettings:
    return read_settings(HomeSettings, {"OUTLAY_DATA": str(data), **environ})


@contextmanager
def house_of(data: Path, **environ: str) -> Iterator[DataSet]:
    with opened(settings_of(data, **environ), environ) as data_set:
        yield data_set


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an expense that has a receipt."""
    data = tmp_path_factory.mktemp("refused") / "home"
    with built_suite(data) as suite:
        same = {"Sec-Fetch-Site": "same-origin"}
        account = {"email": "maria@example.org", "password": "a long enough passphrase", "name": "Maria"}
        answer = call(suite.web, "POST", "/api/v1/users", base="http://127.0.0.1:8000", json=account, headers=same)
        assert answer.status_code == 201, answer.text
        headers = {**same, "Cookie": answer.headers["set-cookie"].partition(";")[0]}
        body = {
            "amount": {"amount": "4.80", "currency": "EUR"},
            "spent_on": "2026-11-22",
            "payee": "v1.abcdef12.looks-like-a-sealed-value-123",
        }
        made = call(suite.web, "POST", "/api/v1/expenses", base="http://127.0.0.1:8000", json=body, headers=headers)
        assert made.status_code == 201, made.text
        path, files = f"/api/v1/expenses/{made.json()['id']}/receipts", {"file": ("a.jpg", pictures.a_jpeg(), "image/jpeg")}
        answer = call(suite.web, "POST", path, base="http://127.0.0.1:8000", files=files, headers=headers)
        assert answer.status_code == 201, answer.text
    return data


@pytest.fixture(scope="module")
def archive(lived_in: Path) -> Path:
    path, said = lived_in.with_name("home.outlay"), list[str]()
    command.export_command(settings_of(lived_in), {}, path, say=said.append)
    assert "delivered first" in said[0], "the events of these requests were still in the outboxes"
    assert path.stat().st_mode & 0o777 == 0o600
    return path


@pytest.fixture(scope="module")
def home(lived_in: Path, archive: Path) -> Path:
    """The same home, with no event waiting."""
    assert archive.exists()
    return lived_in


@pytest.fixture
def key(home: Path) -> dict[str, str]:
    return {"OUTLAY_DATA_KEY": (home / "keys" / "data.key").read_text().strip()}


def sentence(data: Path, path: Path, key: dict[str, str]) -> str:
    """Try to import; return why that was refused."""
    with house_of(data, **key) as data_set, pytest.raises(ArchiveError) as refused:
        import_from(data_set, path, say=lambda _line: None)
    assert not list(data.glob("*.db")), "nothing was written"
    return str(refused.value)


def rewritten(path: Path, to: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Write a copy of an archive with changed members; None leaves one out."""
    with tarfile.open(to, "w") as tar:
        for name, content in members(path):
            changed = change(name, content)
            if changed is not None:
                member = tarfile.TarInfo(name)
                member.size = len(changed)
                tar.addfile(member, io.BytesIO(changed))
    return to


def test_an_archive_that_is_cut_off_anywhere_is_refused(archive: Path, key: dict[str, str], tmp_path: Path) -> None:
    whole, cut = archive.read_bytes(), tmp_path / "cut.outlay"
    for length in (1, 511, 512, 5_000, len(whole) // 2, whole.rindex(SEAL.encode()), whole.rindex(SEAL.encode()) + 600):
        cut.write_bytes(whole[:length])
        assert any(word in sentence(tmp_path / "new", cut, key) for word in ("cut off", "damaged", "not an archive", "not made by"))


def test_an_archive_with_a_wrong_byte_is_refused(archive: Path, key: dict[str, str], tmp_path: Path) -> None:
    whole, damaged = archive.read_bytes(), tmp_path / "damaged.outlay"
    places = [whole.index(b"\xff\xd8\xff") + 400, whole.index(b"\x1f\x8b") + 60, whole.index(b'"count"') + 12]
    for place in places:
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert "damaged" in sentence(tmp_path / "new", damaged, key)


def test_an_archive_without_one_of_its_members_is_refused(archive: Path, key: dict[str, str], tmp_path: Path) -> None:
    for missing in [name for name, _content in members(archive) if name != HEAD]:
        poorer = rewritten(
            archive, tmp_path / "poorer.outlay", lambda name, content, gone=missing: None if name == gone else content
        )
        assert "damaged" in (told := sentence(tmp_path / "new", poorer, key)) or "cut off" in told


def test_an_archive_of_a_newer_version_or_none_at_all_is_refused(archive: Path, key: dict[str, str], tmp_path: Path) -> None:
    def newer(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), "format": 2}).encode() if name == HEAD else content

    told = sentence(tmp_path / "new", rewritten(archive, tmp_path / "newer.outlay", newer), key)
    assert "has format 2, this version reads 1" in told
    (tmp_path / "letter.txt").write_text("Dear Maria, ...")
    assert "not an archive" in sentence(tmp_path / "new", tmp_path / "letter.txt", key)
    assert "cannot be read" in sentence(tmp_path / "new", tmp_path / "nothing.outlay", key)


def test_another_key_or_none_is_refused(archive: Path, tmp_path: Path) -> None:
    assert "another data key" in sentence(tmp_path / "new", archive, {"OUTLAY_DATA_KEY": "ab" * 32})
    with pytest.raises(SettingsError, match="OUTLAY_DATA_KEY: is missing"), house_of(tmp_path / "newer"):
        pass


def test_stores_that_are_not_empty_are_left_alone(home: Path, archive: Path) -> None:
    with house_of(home) as data_set, pytest.raises(NotEmptyError, match="auth/document, expenses/person"):
        import_from(data_set, archive, say=lambda _line: None)


def test_nothing_is_exported_or_imported_while_outlay_runs(home: Path, tmp_path: Path) -> None:
    with hold_folder(home), pytest.raises(DataFolderInUseError, match="Another Outlay is running"):
        command.export_command(settings_of(home), {}, tmp_path / "a.outlay", say=print)


def test_an_existing_file_is_not_replaced(home: Path, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Maria, ...")
    with house_of(home) as data_set, pytest.raises(FileExistsError, match="already"):
        export_to(data_set, tmp_path / "letter.txt")


def test_dead_letters_must_be_dealt_with_before_an_export(home: Path, tmp_path: Path) -> None:
    bus = EmbeddedBus(home / "bus.db", [], metrics=Metrics())
    with bus._transaction() as connection:
        connection.execute(
            "INSERT INTO message (queue, event_id, type, body, died_at) VALUES ('budgets.spending', '1', 'expense.recorded', '{}', 'now')"
        )
    with house_of(home) as data_set, pytest.raises(PendingError, match="1 events could not be handled"):
        export_to(data_set, tmp_path / "a.outlay")
    assert bus.purge() == 1
    bus.close()
    assert not list(tmp_path.iterdir())


def test_events_at_a_broker_are_delivered_before_an_export(home: Path, broker: Broker, tmp_path: Path) -> None:
    url = broker.add_vhost(uuid7())
    bus = RabbitBus("test", BrokerAddress(url=url), metrics=Metrics())
    who = uuid7()
    bus.publish([Event(uuid7(), "/outlay/auth", "user.deleted", who, "2026-11-22T10:00:00Z", {"user_id": who})])
    bus.stop()
    with house_of(home, OUTLAY_BUS=url) as data_set:
        deliver_pending(data_set, settings_of(home), {"OUTLAY_BUS": url}, say=print)
        with pytest.raises(PendingError, match=r"budgets\.people: 1 events are waiting"):
            export_to(data_set, tmp_path / "a.outlay")
    assert not list(tmp_path.iterdir())


def test_the_commands_say_what_they_did_or_why_not(home: Path, tmp_path: Path) -> None:
    told = told_by(home, "export", "--all", str(tmp_path / "a.outlay"))
    assert told.returncode == 0, told.stderr
    assert "expenses/files" in told.stdout
    assert "has everything" in told.stdout.splitlines()[-1]
    told = told_by(home, "import", str(tmp_path / "a.outlay"))
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("The stores are not empty")


def told_by(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "OUTLAY_DATA": str(home), "PYTHONWARNINGS": "ignore"}
    arguments = [sys.executable, "-m", "outlay", *command]
    return subprocess.run(arguments, env=environ, capture_output=True, text=True, timeout=60, check=False)


class Breaking:
    """A part whose store becomes unavailable, or whose data are different."""

    def __init__(self, part: TransferPart, *, add: Callable[[Sequence[Row]], Any]) -> None:
        self.name, self.rows, self.is_empty, self.clear, self.add = part.name, part.rows, part.is_empty, part.clear, add


def with_parts(data_set: DataSet, name: str, **changed: Any) -> DataSet:
    """Return the data set with one part that breaks."""

    def of(service: str, part: TransferPart) -> TransferPart:
        return (
            Breaking(part, **{what: change(part) for what, change in changed.items()}) if f"{service}/{part.name}" == name else part
        )

    services = [replace(each, parts=tuple(of(each.name, part) for part in each.parts)) for each in data_set.services]
    return replace(data_set, services=tuple(services))


def all_empty(data_set: DataSet) -> bool:
    return all(part.is_empty() for _name, part in data_set.parts()) and not any(
        each.import_mark.is_set() for each in data_set.services
    )


def test_a_failed_import_leaves_the_stores_empty_and_repeatable(archive: Path, key: dict[str, str], tmp_path: Path) -> None:
    def full(_part: TransferPart) -> Callable[[Sequence[Row]], Any]:
        def add(_rows: Sequence[Row]) -> None:
            raise OSError(28, "No space left on device")

        return add

    def careless(part: TransferPart) -> Callable[[Sequence[Row]], Any]:
        return lambda rows: part.add([{**row, "payee": "Somebody else"} for row in rows])

    with house_of(tmp_path / "new", **key) as data_set:
        with pytest.raises(OSError, match="No space left"):
            import_from(with_parts(data_set, "notifier/mail", add=full), archive, say=print)
        assert all_empty(data_set)
        with pytest.raises(ContentDiffersError, match="expenses/expense"):
            import_from(with_parts(data_set, "expenses/expense", add=careless), archive, say=print)
        assert all_empty(data_set)
        assert [path for path in (tmp_path / "new" / "receipts").rglob("*") if path.is_file()] == []
        import_from(data_set, archive, say=print)


def test_a_killed_import_is_noticed_and_started_again(archive: Path, key: dict[str, str], tmp_path: Path) -> None:
    data, said = tmp_path / "new", list[str]()
    with house_of(data, **key) as data_set:
        for service in data_set.services:
            service.migrate()
            service.import_mark.set()
        parts = dict(data_set.parts())
        for name, content in members(archive):
            if name.startswith(("auth/", "expenses/person", "expenses/expense")):
                parts[name.rpartition("/")[0]].add([row for _line, row in rows_in(archive, content)])
    with pytest.raises(HalfImportedError, match="run `outlay import` again"):
        build_suite(settings_of(data, **key), key)
    with house_of(data, **key) as data_set:
        with pytest.raises(PendingError, match="interrupted"):
            export_to(data_set, tmp_path / "half.outlay")
        manifest, stored = import_from(data_set, archive, say=said.append)
    assert "interrupted" in said[0]
    assert {name: found for name, found in stored.items() if found.count} == {n: f for n, f in manifest.sums.items() if f.count}


def test_a_full_disk_leaves_no_half_archive(home: Path, tmp_path: Path) -> None:
    disk = Disk(tmp_path / "disk", size=4 * 1024 * 1024)
    if not disk.can_be_full:
        pytest.skip(disk.why_not)
    try:
        disk.fill()
        with house_of(home) as data_set, pytest.raises(OSError, match="No space left"):
            export_to(data_set, disk.folder / "home.outlay")
        assert not [path for path in disk.folder.iterdir() if "outlay" in path.name]
    finally:
        disk.close()
