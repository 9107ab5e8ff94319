"""As much of Kubernetes's API as `helm install`, `upgrade` and `rollback` need: objects are kept, with who set which of their fields.

Server-side apply as its documentation describes it, for what tests look at: a field that another manager has set otherwise is a conflict,
one that is applied no more and is nobody else's goes, and a Deployment without a number of pods gets one.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from charts.cluster import discovery, write_kubeconfig
from charts.protobuf import MAGIC, secret_of

Thing = dict[str, Any]
Fields = dict[tuple[str, ...], Any]
Answer = tuple[int, Thing]

_NOBODYS = {("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")}


class ApplyingCluster:
    """A namespace that starts empty. `created` names what was made, in order."""

    def __init__(self, kubeconfig: Path) -> None:
        """Have the account that every namespace has."""
        self.kubeconfig = kubeconfig
        self.created: list[str] = []
        self.jobs_together = 1
        """Jobs end when so many are there."""
        self.failing_jobs: dict[str, str] = {}
        """Name of a Job to the message with which it fails."""
        self._there: dict[str, Thing] = {}
        self._owners: dict[str, dict[str, set[tuple[str, ...]]]] = {}
        self._managers: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._keep("serviceaccounts/default", {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})

    def replicas(self, deployment: str) -> int:
        """Return how many pods a Deployment asks for."""
        return int(self._there[f"deployments/{deployment}"]["spec"]["replicas"])

    def scale(self, deployment: str, replicas: int, *, manager: str) -> None:
        """Do what `kubectl scale` and an autoscaler do: who changes a number owns it from then on, and nobody else."""
        with self._lock:
            key, path = f"deployments/{deployment}", ("spec", "replicas")
            if self._there[key]["spec"]["replicas"] != replicas:
                for owned in self._owners[key].values():
                    owned.discard(path)
            self._there[key]["spec"]["replicas"] = replicas
            self._owners[key].setdefault(manager, set()).add(path)
            self._managers[key][manager] = "Update"

    def has(self, kind: str, name: str) -> bool:
        """Return whether there is such a thing now; `kind` in the plural."""
        return f"{kind}/{name}" in self._there

    def set_by_update(self, deployment: str, *, manager: str) -> None:
        """Let all that a manager applied look as if it had been sent without server-side apply."""
        self._managers[f"deployments/{deployment}"][manager] = "Update"

    def answer(self, method: str, url: str, kind: str, body: bytes) -> Answer:
        """Answer one request."""
        parts = urlsplit(url)
        found = discovery(parts.path) if method == "GET" else None
        if found:
            return found
        words = parts.path.strip("/").split("/")
        words = words[words.index("namespaces") + 2 :] if "namespaces" in words else words[-2:]
        with self._lock:
            if method == "GET":
                return self._read(words, parse_qs(parts.query))
            sent = secret_of(body) if body.startswith(MAGIC) else yaml.safe_load(body) if body else {}
            if method == "POST":
                return self._create(f"{words[0]}/{sent['metadata']['name']}", sent, parse_qs(parts.query))
            if method == "PATCH" and "apply" in kind:
                query = parse_qs(parts.query)
                return self._apply("/".join(words[:2]), sent, query["fieldManager"][0], force=query.get("force") == ["true"])
            if method == "DELETE":
                return (200, self._there.pop("/".join(words[:2]))) if "/".join(words[:2]) in self._there else _MISSING
            return self._create("/".join(words[:2]), sent, parse_qs(parts.query))

    def _read(self, words: list[str], query: dict[str, list[str]]) -> Answer:
        if len(words) > 1:
            found = self._there.get("/".join(words[:2]))
            return (200, self._shown("/".join(words[:2]), found)) if found else _MISSING
        wanted = dict(rule.split("=") for rule in query.get("labelSelector", [""])[0].split(",") if rule)
        named = query.get("fieldSelector", [""])[0].removeprefix("metadata.name=")
        items = [
            self._shown(key, thing)
            for key, thing in self._there.items()
            if key.startswith(f"{words[0]}/")
            and wanted.items() <= thing["metadata"].get("labels", {}).items()
            and named in ("", thing["metadata"]["name"])
        ]
        about = (
            {"apiVersion": items[0]["apiVersion"], "kind": f"{items[0]['kind']}List"}
            if items
            else {"apiVersion": "v1", "kind": "List"}
        )
        return 200, {**about, "metadata": {"resourceVersion": "1"}, "items": items}

    def _create(self, key: str, sent: Thing, query: dict[str, list[str]]) -> Answer:
        self._owners[key] = {query.get("fieldManager", ["helm"])[0]: set(_fields(sent))}
        self._managers[key] = dict.fromkeys(self._owners[key], "Update")
        return 201, self._keep(key, sent)

    def _apply(self, key: str, sent: Thing, manager: str, *, force: bool) -> Answer:
        asked, there = _fields(sent), self._there.get(key, {})
        has, owners = _fields(there), self._owners.setdefault(key, {})
        against = {
            (path, other)
            for path, value in asked.items()
            for other, owned in owners.items()
            if other != manager and path in owned and has.get(path) != value
        }
        if against and not force:
            causes = [f'conflict with "{other}": .{".".join(path)}' for path, other in sorted(against)]
            said = f"Apply failed with {len(causes)} conflict: {'; '.join(causes)}"
            return 409, {
                "kind": "Status",
                "apiVersion": "v1",
                "status": "Failure",
                "reason": "Conflict",
                "code": 409,
                "message": said,
            }
        for path, other in against:
            owners[other].discard(path)
        kept = dict(has)
        for path in owners.get(manager, set()) - set(asked):
            if not any(path in owned for other, owned in owners.items() if other != manager):
                kept.pop(path, None)
        owners[manager] = set(asked)
        self._managers.setdefault(key, {})[manager] = "Apply"
        return (200 if there else 201), self._shown(key, self._keep(key, _thing({**kept, **asked})))

    def _keep(self, key: str, thing: Thing) -> Thing:
        thing = copy.deepcopy(thing)
        if key not in self._there:
            self.created.append(key)
        thing["metadata"] |= {"namespace": "money", "uid": key, "resourceVersion": "1"}
        if thing["kind"] == "Deployment":
            thing["spec"].setdefault("replicas", 1)
        self._there[key] = thing
        return thing

    def _shown(self, key: str, thing: Thing) -> Thing:
        managed = [
            {"manager": manager, "operation": self._managers[key][manager], "fieldsType": "FieldsV1", "fieldsV1": _as_v1(owned)}
            for manager, owned in self._owners.get(key, {}).items()
        ]
        status = {"status": self._outcome(thing["metadata"]["name"])} if thing["kind"] == "Job" else {}
        if thing["kind"] == "Pod":
            status = {"status": {"phase": "Succeeded"}}
        return {**thing, **status, "metadata": {**thing["metadata"], "managedFields": managed}}

    def _outcome(self, job: str) -> Thing:
        if sum(key.startswith("jobs/") for key in self._there) < self.jobs_together:
            return {"active": 1}
        if job in self.failing_jobs:
            said = {"type": "Failed", "status": "True", "reason": "PodFailurePolicy", "message": self.failing_jobs[job]}
            return {"failed": 1, "conditions": [said]}
        return {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}


_MISSING: Answer = (404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404})


def _fields(thing: Thing, at: tuple[str, ...] = ()) -> Fields:
    """Return path to value; a list is one value."""
    found: Fields = {}
    for name, value in thing.items():
        path = (*at, name)
        if path in (("metadata", "managedFields"), ("metadata", "uid"), ("metadata", "resourceVersion"), ("status",)):
            continue
        if isinstance(value, dict) and value:
            found |= _fields(value, path)
        else:
            found[path] = value
    return found


def _thing(fields: Fields) -> Thing:
    made: Thing = {}
    for path, value in fields.items():
        inner = made
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = copy.deepcopy(value)
    return made


def _as_v1(owned: set[tuple[str, ...]]) -> Thing:
    made: Thing = {}
    for path in owned - _NOBODYS:
        inner = made
        for name in path:
            inner = inner.setdefault(f"f:{name}", {})
    return made


@contextmanager
def applying_cluster(folder: Path) -> Iterator[ApplyingCluster]:
    """Answer on loopback until the end of the block."""
    cluster = ApplyingCluster(folder / "kubeconfig")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = cluster.answer(self.command, self.path, self.headers.get("Content-Type", ""), body)
            # A watch sees nothing happen; and of OpenAPI's version 2, asked for as protobuf, nothing is an empty document.
            silent = "watch=" in self.path or self.path.startswith("/openapi/v2")
            status, data = (200, b"") if silent else (status, json.dumps(answer).encode())
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_about: object) -> None:
            """Helm breaks off what it watches when it has seen enough."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    write_kubeconfig(cluster.kubeconfig, server.server_port)
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
