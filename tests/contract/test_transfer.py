"""Moving a data set: everything is moved, between any two sets of stores and back, and works there."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from chassis.runtime.settings import read_settings
from outlay.settings import HomeSettings
from outlay.transfer import command
from outlay.transfer.archive import MANIFEST, members
from support.household_file import household_file, set_budgets, settled
from testing.clients.client import PASSWORD, Person
from testing.fakes import pictures
from testing.servers.process import OutlayProcess
from testing.waiting import eventually

if TYPE_CHECKING:
    from support.objectstore import ObjectStore
    from testing.servers.derby import Db2Server
    from testing.servers.mariadb import MariaDb

ROWS = 300
YEAR = b"".join(household_file().splitlines(keepends=True)[: ROWS + 1])
"""The first of the household's expenses."""
SEVERAL = ("expenses", "budgets", "notifier")


@dataclass
class OldHome:
    """A stopped home with replayed data, and what its people saw last."""

    data: Path
    archive: Path
    email: str
    cookies: httpx.Cookies
    token: str
    seen: dict[str, Any]
    said: list[str]

    @property
    def key(self) -> str:
        return (self.data / "keys" / "data.key").read_text().strip()


def seen_by(person: Person) -> dict[str, Any]:
    """Return what the API shows a person."""
    lists = ("expenses?limit=200", "categories", "budgets", "alerts", "imports", "users/me/tokens", "alerts/preferences")
    seen: dict[str, Any] = {path: person.read(path) for path in lists}
    for by in ("category", "payee", "month"):
        seen[by] = person.read("summary", by=by)
    for budget in seen["budgets"]["items"]:
        seen[budget["id"]] = person.read(f"budgets/{budget['id']}/periods")
    for expense in seen["expenses?limit=200"]["items"]:
        for receipt in expense["receipts"]:
            for what in ("content", "thumbnail") if receipt["thumbnail"] else ("content",):
                answer = person.get(f"receipts/{receipt['id']}/{what}")
                assert answer.status_code == 200
                seen[f"{receipt['id']}/{what}"] = answer.content
    return without_cursors(seen)


def without_cursors(seen: Any) -> Any:
    """Leave out what is about paging alone."""
    if isinstance(seen, dict):
        return {name: without_cursors(value) for name, value in seen.items() if name != "next_cursor"}
    return [without_cursors(value) for value in seen] if isinstance(seen, list) else seen


def exceeded(process: OutlayProcess) -> int:
    return len(process.mails("budget_exceeded"))


def live(process: OutlayProcess) -> tuple[Person, str]:
    """Replay years, exceed a budget today, and add receipts."""
    person = Person(process.url, home_currency="USD", locale="en-US", name="Märia 🏡").verify(process)
    set_budgets(person)
    assert person.post("imports", files={"file": ("household.csv", YEAR, "text/csv")}).status_code == 201
    person.budget("50.00", currency="USD", name="Over it")
    person.budget("500.00", currency="USD", name="Under it")
    lunch = person.spend("60.00", currency="USD", payee="Café “Süd”", note="mit\nUmbruch", tags=["a,b", "ç"])
    for name, content in (("lunch.jpg", pictures.a_jpeg(1)), ("bill.pdf", pictures.a_pdf())):
        assert person.post(f"expenses/{lunch['id']}/receipts", files={"file": (name, content)}).status_code == 201
    person.spend("1.00", currency="JPY", home_amount={"amount": "0.01", "currency": "USD"})
    token = person.access_token(name="backup", scopes=["read"])["token"]
    eventually(lambda: exceeded(process) == 1 and settled(process))
    return person, token


@pytest.fixture(scope="module")
def old_home(tmp_path_factory: pytest.TempPathFactory) -> OldHome:
    data = tmp_path_factory.mktemp("moving") / "old"
    with OutlayProcess(data) as process:
        person, token = live(process)
        Person(process.url, name="Otto").spend("3.50")
        seen = seen_by(person)
    archive, said = data.parent / "old.outlay", list[str]()
    export_command(data, archive, said=said)
    return OldHome(data, archive, person.email, person.cookies, token, seen, said)


def settings_of(data: Path, environ: dict[str, str]) -> HomeSettings:
    return read_settings(HomeSettings, {"OUTLAY_DATA": str(data), **environ})


def export_command(data: Path, archive: Path, *, said: list[str] | None = None, **environ: str) -> None:
    command.export_command(settings_of(data, environ), environ, archive, say=(said if said is not None else []).append)


def import_command(data: Path, archive: Path, **environ: str) -> list[str]:
    said: list[str] = []
    command.import_command(settings_of(data, environ), environ, archive, say=said.append)
    return said


def content_of(archive: Path) -> dict[str, Any]:
    """Return the counts and checksums in an archive."""
    manifest = dict(members(archive))[MANIFEST]
    return {name: found for name, found in json.loads(manifest)["parts"].items() if not name.endswith("/inbox")}


@pytest.fixture
def suite(couch: str, mariadb: MariaDb, object_store: ObjectStore) -> dict[str, str]:
    """The settings of a suite with Cloudant's API, MariaDB and an object store, all new."""
    bucket = object_store.settings()
    return {
        "AUTH_STORE": f"{couch.replace('http', 'cloudant', 1)}/moving-{secrets.token_hex(6)}",
        **{f"{name.upper()}_DB": mariadb.fresh(f"moving_{name}") for name in SEVERAL},
        "RECEIPTS": bucket.receipts,
        "COS_ACCESS_KEY": bucket.cos_access_key,
        "COS_SECRET_KEY": bucket.cos_secret_key,
    }


def test_everything_moves_to_ibm_stores_and_back_and_still_works(
    old_home: OldHome, suite: dict[str, str], db2: Db2Server, tmp_path: Path
) -> None:
    key, wanted = {"OUTLAY_DATA_KEY": old_home.key}, content_of(old_home.archive)
    assert wanted["expenses/expense"]["count"] == ROWS + 3
    assert wanted["expenses/files"]["count"] == 4

    said = import_command(tmp_path / "a", old_home.archive, **suite, **key)
    assert [line.endswith("  same") for line in said].count(True) == len(wanted) + 3
    export_command(tmp_path / "a", tmp_path / "suite.outlay", **suite, **key)
    assert content_of(tmp_path / "suite.outlay") == wanted

    ibm = {f"{name.upper()}_DB": db2.empty(name) for name in SEVERAL}
    import_command(tmp_path / "b", tmp_path / "suite.outlay", **ibm, **key)
    export_command(tmp_path / "b", tmp_path / "ibm.outlay", **ibm, **key)
    assert content_of(tmp_path / "ibm.outlay") == wanted

    import_command(tmp_path / "new", tmp_path / "ibm.outlay", **key)
    export_command(tmp_path / "new", tmp_path / "new.outlay", **key)
    assert content_of(tmp_path / "new.outlay") == wanted

    with OutlayProcess(tmp_path / "new", **key) as process:
        they_live_on(old_home, process)


def they_live_on(old: OldHome, process: OutlayProcess) -> None:
    """Sign in, see the same data, and get one alert for the next crossing."""
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=f"{process.url}/api/v1/", headers=headers, timeout=60) as fresh:
        assert fresh.post("session", json={"email": old.email, "password": PASSWORD}).status_code == 201
    maria = Person.__new__(Person)
    httpx.Client.__init__(maria, base_url=f"{process.url}/api/v1/", headers=headers, timeout=60, cookies=old.cookies)
    with maria:
        assert seen_by(maria) == old.seen, "whoever was signed in still is, and sees the same"
        by_token = httpx.get(f"{process.url}/api/v1/expenses", headers={"Authorization": f"Bearer {old.token}"}, timeout=60)
        assert by_token.status_code == 200
        maria.spend("30.00", currency="USD", payee="Still over the one")
        maria.spend("450.00", currency="USD", payee="Over the other")
        eventually(lambda: exceeded(process) == 1)
        eventually(lambda: settled(process))
        time.sleep(0.5)
        assert exceeded(process) == 1, "the budget that was exceeded before is not told of again"
