"""Three copies of each database behind a coordinator that decides as CouchDB's does: w = r = 2, each copy takes a save by itself.

The copies are databases of one real server. A save goes to all of them at random moments; 201 says that two took it, 202 that one did. A
read is what two copies agree on; where none do, it is the winner of all, without its branches, and the copies are repaired. After
a while the copies tell each other what they have, so a branch that one copy took appears on all of them. Queries ask one copy.
"""

from __future__ import annotations

import gzip
import json
import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

_COPIES = range(3)
_MOST = 2  # of three
Said = tuple[int, Any]


class Cluster:
    """What a test sees of it."""

    def __init__(self, backend: str, *, seed: int, sync_seconds: float, slowest: float = 0.02) -> None:
        """Use `cluster`; a copy takes up to `slowest` seconds to hear of a save, and up to `sync_seconds` to hear of a branch."""
        self.backend, self.sync_seconds, self.slowest, self.port = backend, sync_seconds, slowest, 0
        self.away: set[int] = set()
        """Copies that cannot be reached."""
        self.losing = 0.0
        """The share of the answers to saves that get lost."""
        self.statuses: Counter[int] = Counter()
        """How saves of single documents were answered."""
        self.random, self.stopped = random.Random(seed), threading.Event()
        self._pool, self._dirty, self._lock = ThreadPoolExecutor(48), dict[tuple[str, str], float](), threading.Lock()
        self._client = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=64))

    def address(self, database: str, **options: str) -> str:
        """Return the address of a database of three copies."""
        return f"cloudant://127.0.0.1:{self.port}/{database}?" + "&".join(f"{name}={value}" for name, value in options.items())

    def ask(self, copy: int, method: str, database: str, rest: str, body: bytes = b"") -> Said:
        """Ask one copy."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = self._client.request(method, f"{self.backend}/{database}-{copy}{rest}", content=body, headers=headers)
        return answer.status_code, answer.json() if answer.content else {}

    def ask_all(self, method: str, database: str, rest: str, body: bytes = b"") -> list[Said]:
        """Ask each copy that can be reached, at moments of its own."""
        with self._lock:
            delays = {copy: self.random.uniform(0, self.slowest) for copy in _COPIES if copy not in self.away}

        def later(copy: int) -> Said:
            time.sleep(delays[copy])
            return self.ask(copy, method, database, rest, body)

        return list(self._pool.map(later, delays))

    def one(self) -> int:
        """Return any copy that can be reached."""
        with self._lock:
            return self.random.choice([copy for copy in _COPIES if copy not in self.away])

    def lost(self) -> bool:
        """Say whether this answer is one that gets lost."""
        with self._lock:
            return self.random.random() < self.losing

    def touched(self, database: str, *documents: str) -> None:
        """Note what the copies have to tell each other."""
        with self._lock:
            due = time.monotonic() + self.random.uniform(0, self.sync_seconds)
            self._dirty.update({(database, document): due for document in documents})

    def read(self, database: str, rest: str) -> Said:
        """Return what two copies agree on."""
        with self._lock:
            order = [copy for copy in self.random.sample(_COPIES, 3) if copy not in self.away]
        said: list[Said] = []
        for copy in order:
            answer = self.ask(copy, "GET", database, rest)
            if answer in said:
                return answer
            said.append(answer)
        self.repair(database, urlsplit(rest).path.lstrip("/"))
        found = [{**body, "_conflicts": None} for status, body in said if status == 200]
        if not found:
            return said[0]
        winner = max(found, key=lambda body: (int(body["_rev"].partition("-")[0]), body["_rev"]))
        return 200, {name: value for name, value in winner.items() if name != "_conflicts"}

    def repair(self, database: str, document: str) -> None:
        """Let the copies tell each other all that they have of a document."""
        copies = [copy for copy in _COPIES if copy not in self.away]
        leaves = []
        for copy in copies:
            status, found = self.ask(copy, "GET", database, f"/{document}?open_revs=all&revs=true")
            leaves += [leaf["ok"] for leaf in found if "ok" in leaf] if status == 200 else []
        known = {leaf["_rev"]: leaf for leaf in leaves}
        content = json.dumps({"docs": list(known.values()), "new_edits": False}).encode()
        for copy in copies:
            self.ask(copy, "POST", database, "/_bulk_docs", content)

    def keep_in_step(self) -> None:
        """Repair what was touched, each when its time has come."""
        while not self.stopped.wait(0.01):
            with self._lock:
                due = [key for key, at in self._dirty.items() if at <= time.monotonic()]
                for key in [] if self.away else due:
                    del self._dirty[key]
            for database, document in [] if self.away else due:
                self.repair(database, document)

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.shutdown()
        self._client.close()


class _Coordinator(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: Cluster

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
        parts = urlsplit(self.path)
        database, _, document = parts.path.strip("/").partition("/")
        rest = (f"/{document}" if document else "") + (f"?{parts.query}" if parts.query else "")
        status, said = self._answer(database, document, rest, body)
        if self.cluster.lost() and self.command != "GET" and not document.startswith("_design"):
            self.close_connection = True
            return
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_PUT = do_POST = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _answer(self, database: str, document: str, rest: str, body: bytes) -> Said:
        cluster = self.cluster
        if document == "_bulk_docs":
            return self._bulk(database, json.loads(body))
        if "/_view/" in document or document in {"_find", "_all_docs"}:
            return cluster.ask(cluster.one(), self.command, database, rest, body)
        if not document or document.startswith("_"):
            first, *_others = [cluster.ask(copy, self.command, database, rest, body) for copy in _COPIES]
            return first
        return self._read(database, rest) if self.command == "GET" else self._save(database, document, rest, body)

    def _read(self, database: str, rest: str) -> Said:
        cluster = self.cluster
        if "rev=" not in rest:
            return cluster.read(database, rest)
        said = [cluster.ask(copy, "GET", database, rest) for copy in _COPIES if copy not in cluster.away]
        return min(said, key=lambda answer: answer[0])

    def _save(self, database: str, document: str, rest: str, body: bytes) -> Said:
        said = self.cluster.ask_all(self.command, database, rest, body)
        self.cluster.touched(database, document)
        status, told = _decided(said)
        self.cluster.statuses[status] += 1
        return status, told

    def _bulk(self, database: str, given: dict[str, Any]) -> Said:
        said = self.cluster.ask_all("POST", database, "/_bulk_docs", json.dumps(given).encode())
        self.cluster.touched(database, *(document["_id"] for document in given["docs"]))
        if given.get("new_edits") is False or not given["docs"]:
            return 201, []
        rows = []
        for number, document in enumerate(given["docs"]):
            told = [(201 if "rev" in rows[number] else 409, rows[number]) for _, rows in said]
            status, row = _decided(told)
            rows.append({**row, "id": document["_id"], **({"accepted": True} if status == 202 else {})})
        return (202 if any(row.get("accepted") for row in rows) else 201), rows


def _decided(said: list[Said]) -> Said:
    taken = Counter(told["rev"] for status, told in said if status in {200, 201} and "rev" in told)
    if not taken:
        return said[0]
    revision, number = taken.most_common(1)[0]
    told = next(told for _, told in said if told.get("rev") == revision)
    return (201 if number >= _MOST else 202), told


@contextmanager
def cluster(backend: str, *, seed: int, sync_seconds: float) -> Iterator[Cluster]:
    """Start a cluster on a real server of CouchDB's API."""
    made = Cluster(backend, seed=seed, sync_seconds=sync_seconds)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Coordinator", (_Coordinator,), {"cluster": made}))
    server.daemon_threads = True
    made.port = server.server_address[1]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)), threading.Thread(target=made.keep_in_step)]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.stopped.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join(60)
        made.close()
