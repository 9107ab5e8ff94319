"""Where receipts' files may be kept: a store of another kind adds one entry to PLACES."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from expenses.receipts.files import ReceiptFiles, files_from
from expenses.settings import ExpensesSettings
from support.objectstore import ObjectStore
from testing.servers.ports import free_ports


@dataclass
class Place:
    """A store of files, and what is stored in it."""

    files: ReceiptFiles
    names: Callable[[], list[str]]
    begin: Callable[[str], object]
    """Begin to store a file and get no further."""
    halves: Callable[[], int]
    """How many were begun and not ended."""
    away: ReceiptFiles
    """The same store while nobody can reach it."""


def a_folder(request: pytest.FixtureRequest) -> Place:
    """Return a new folder."""
    folder: Path = request.getfixturevalue("tmp_path")
    settings = ExpensesSettings(database="sqlite://", receipts=f"file:{folder}/receipts")
    (folder / "blocked").write_text("a file where a folder should be")

    def found() -> list[str]:
        return sorted(str(path.relative_to(folder / "receipts")) for path in (folder / "receipts").rglob("*") if path.is_file())

    def begin(key: str) -> None:
        path = folder / "receipts" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(".begun").write_bytes(b"half")

    return Place(
        files=files_from(settings),
        names=lambda: [name for name in found() if "/." not in name],
        begin=begin,
        halves=lambda: len([name for name in found() if "/." in name]),
        away=files_from(replace(settings, receipts=f"file:{folder}/blocked")),
    )


def a_bucket(request: pytest.FixtureRequest) -> Place:
    """Return a new bucket."""
    return bucket_of(request.getfixturevalue("object_store"))


def a_prefix(request: pytest.FixtureRequest) -> Place:
    """Return a part of a new bucket."""
    return bucket_of(request.getfixturevalue("object_store"), prefix="/outlay/receipts")


def bucket_of(store: ObjectStore, *, prefix: str = "") -> Place:
    """Return a new bucket, or what is under a prefix in it."""
    settings = store.settings(prefix=prefix)
    bucket = settings.receipts.removeprefix("cos://").split("?", maxsplit=1)[0].split("/")[0]
    client: Any = store.client()

    within = f"{prefix.strip('/')}/" if prefix else ""

    def names() -> list[str]:
        keys = [one["Key"] for one in client.list_objects_v2(Bucket=bucket).get("Contents", [])]
        return sorted(key.removeprefix(within) for key in keys)

    nowhere = f"http://127.0.0.1:{free_ports(1)[0]}"
    return Place(
        files=files_from(settings),
        names=names,
        begin=lambda key: client.create_multipart_upload(Bucket=bucket, Key=within + key),
        halves=lambda: len(client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])),
        away=files_from(replace(settings, receipts=f"cos://{bucket}?endpoint={nowhere}")),
    )


PLACES: dict[str, Callable[[pytest.FixtureRequest], Place]] = {"folder": a_folder, "bucket": a_bucket, "prefix": a_prefix}
