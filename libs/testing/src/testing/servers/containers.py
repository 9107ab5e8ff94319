"""Servers from their official images, through testcontainers, where there is Docker or what speaks its API, such as podman."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from docker import DockerClient

IMAGES = {
    "rabbitmq": "rabbitmq:4.1",
    "mysql": "mysql:8.4",
    "couchdb": "couchdb:3",
    "objects": "chrislusf/seaweedfs:4.48",
    "db2": "icr.io/db2_community/db2:11.5.9.0",
}
_PACKAGES = {
    "rabbitmq": "RabbitMQ",
    "mysql": "MariaDB for MySQL",
    "couchdb": "PouchDB Server for CouchDB",
    "objects": "SeaweedFS",
    "db2": "Derby for Db2",
}
_SOCKET = "unix:///var/run/docker.sock"


@cache
def engine() -> str:
    """Return the name and version of the container engine; nothing if there is none on this machine, or if it is not wanted."""
    address = os.environ.get("DOCKER_HOST", _SOCKET)
    wanted = os.environ.get("OUTLAY_TEST_SERVERS", "containers") != "packages"
    if not wanted or not address.startswith("unix://") or not Path(address.removeprefix("unix://")).exists():
        return ""
    from docker.errors import DockerException

    try:
        with closing(_client()) as client:
            told = client.version()
    except DockerException:
        return ""
    return f"{told['Components'][0]['Name']} {told['Version']}"


def _client() -> DockerClient:
    import docker

    return docker.from_env(timeout=120)


@cache
def has_image(server: str) -> bool:
    """Say whether a server comes as a container: there is an engine, and its image is here or can be fetched."""
    if not engine():
        return False
    from docker.errors import DockerException, ImageNotFound

    with closing(_client()) as client:
        try:
            client.images.get(IMAGES[server])
        except ImageNotFound:
            try:
                client.images.pull(IMAGES[server])
            except DockerException:
                return False
    return True


def which_servers() -> str:
    """Say what the tests use, without fetching an image yet."""
    if not engine():
        return f"from packages ({', '.join(_PACKAGES.values())}), as there is no Docker here or it is not wanted"
    from docker.errors import ImageNotFound

    said = []
    with closing(_client()) as client:
        for server, image in IMAGES.items():
            try:
                client.images.get(image)
                said.append(image)
            except ImageNotFound:
                said.append(f"{image} if it can be fetched, else {_PACKAGES[server]} from a package")
    return f"containers by {engine()} ({', '.join(said)})"


@dataclass(frozen=True)
class Container:
    """One that runs. Whoever knows its id can use and remove it."""

    id: str
    ports: Mapping[str, int]
    """The port of this machine for each of the container's."""

    def noted(self) -> dict[str, Any]:
        """Return what another process has to know."""
        return {"id": self.id, "ports": dict(self.ports)}

    def run(self, *command: str) -> str:
        """Run a command in it; return what it printed."""
        with closing(_client()) as client:
            status, output = client.containers.get(self.id).exec_run(list(command))
        assert status == 0, f"{command} ended with {status}: {output.decode()}"
        return str(output.decode())

    def said(self) -> str:
        """Return what it printed last."""
        with closing(_client()) as client:
            return str(client.containers.get(self.id).logs(tail=60).decode("utf-8", "replace"))

    def remove(self) -> None:
        """Kill it, with its data."""
        from docker.errors import NotFound

        with closing(_client()) as client, suppress(NotFound):
            client.containers.get(self.id).remove(force=True, v=True)


def started(
    server: str,
    *,
    ports: Sequence[int],
    environ: Mapping[str, str] | None = None,
    files: Mapping[Path, str] | None = None,
    command: Sequence[str] = (),
    privileged: bool = False,
) -> Container:
    """Start a server's container, with files of this machine where it looks for them; whether it answers is for the caller to see."""
    # The first process of a run starts it and the last removes it, so nobody else may.
    os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
    from testcontainers.core.container import DockerContainer

    made = DockerContainer(IMAGES[server]).with_exposed_ports(*ports).with_envs(**(environ or {}))
    for path, place in (files or {}).items():
        made = made.with_volume_mapping(str(path), place, "ro")
    if command:
        made = made.with_command(list(command))
    made = made.with_kwargs(privileged=privileged).start()
    return Container(str(made.get_wrapped_container().id), {str(port): int(made.get_exposed_port(port)) for port in ports})
