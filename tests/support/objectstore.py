"""A real S3 server on loopback, SeaweedFS, with a bucket of its own for whoever asks; with Docker it is a container."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import ibm_boto3
from ibm_botocore.client import Config
from ibm_botocore.exceptions import BotoCoreError, ClientError

from expenses.settings import ExpensesSettings
from testing.servers.containers import IMAGES, has_image, started
from testing.servers.ports import free_ports
from testing.servers.running import Running
from testing.servers.sharing import one_for_the_run

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENCRYPTION = "WEED_S3_SSE_KEY"
"""The key from which the server makes those that it encrypts objects with, if it is asked to."""
_ACTIONS = ["Admin", "Read", "Write", "List", "Tagging"]
_SERVERS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc", "s3.port.grpc")
_OPTIONS = (
    "-master.volumeSizeLimitMB=64",
    "-volume.max=1000",
    "-master.telemetry=false",
    # Both would listen at a port that is always the same, so that a second server on one machine could not start.
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
)
_NOTED = ("port", "access_key", "secret_key")
_numbers = itertools.count(1)


class ObjectStore(Running):
    """An S3 server."""

    def __init__(self, folder: Path, known: dict[str, Any] | None = None) -> None:
        """Start nothing yet. `known` describes a server that another process started."""
        super().__init__(folder, known)
        if known:
            self.port, self.access_key, self.secret_key = (known[name] for name in _NOTED)
            return
        self.port = free_ports(1)[0]
        self.access_key, self.secret_key = secrets.token_hex(8), secrets.token_hex(16)
        folder.mkdir(parents=True, exist_ok=True)
        keys = [{"accessKey": self.access_key, "secretKey": self.secret_key}]
        told = {"identities": [{"name": "outlay", "credentials": keys, "actions": _ACTIONS}]}
        (folder / "identities.json").write_text(json.dumps(told))

    @property
    def endpoint(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> ObjectStore:
        """Start it, and wait until it can make a bucket."""
        if has_image("objects"):
            self._start_container()
        else:
            self._start_program()
        self._wait_until_it_answers()
        return self

    def noted(self) -> dict[str, Any]:
        """Describe the server for other processes."""
        return {**super().noted(), **{name: getattr(self, name) for name in _NOTED}}

    def described(self) -> str:
        """Return its name and version."""
        calls_itself = httpx.get(self.endpoint, timeout=5).headers["Server"]
        return f"{calls_itself} ({IMAGES['objects']} in a container)" if self._container else f"{calls_itself} (package)"

    def client(self) -> Any:
        """Return a client of the server."""
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            connect_timeout=2,
            read_timeout=10,
            retries={"max_attempts": 0},
        )
        return ibm_boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-standard",
            config=config,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
        )

    def settings(self, *, endpoint: str = "", prefix: str = "", **more: str) -> ExpensesSettings:
        """Return the settings for a new bucket."""
        name = f"receipts-{next(_numbers)}-{secrets.token_hex(3)}"
        self.client().create_bucket(Bucket=name)
        return ExpensesSettings(
            database="sqlite://",
            receipts=f"cos://{name}{prefix}?endpoint={endpoint or self.endpoint}",
            cos_access_key=self.access_key,
            cos_secret_key=self.secret_key,
            **more,
        )

    def _start_container(self) -> None:
        command = ["server", "-ip.bind=0.0.0.0", *_OPTIONS, "-s3", "-s3.config=/identities.json"]
        files = {self.folder / "identities.json": "/identities.json"}
        self._container = started("objects", ports=[8333], environ={_ENCRYPTION: self.secret_key}, files=files, command=command)
        self.port = self._container.ports["8333"]

    def _start_program(self) -> None:
        (self.folder / "data").mkdir(exist_ok=True)
        ports = [f"-{name}={port}" for name, port in zip(_SERVERS, free_ports(len(_SERVERS)), strict=True)]
        command = [
            Path(sys.executable).parent / "weed",
            "server",
            f"-dir={self.folder}/data",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            *_OPTIONS,
            *ports,
            "-s3",
            f"-s3.port={self.port}",
            f"-s3.config={self.folder}/identities.json",
        ]
        self._run(command, environ={**os.environ, _ENCRYPTION: self.secret_key})

    def _answers(self) -> bool:
        client = self.client()
        try:
            client.create_bucket(Bucket="ready")
            client.put_object(Bucket="ready", Key="ready", Body=b"ready")
        except (BotoCoreError, ClientError):
            return False
        return True


@contextmanager
def shared_object_store(folder: Path) -> Iterator[ObjectStore]:
    """Share one server between the worker processes of a test run."""
    with one_for_the_run(folder, ObjectStore) as store:
        yield store
