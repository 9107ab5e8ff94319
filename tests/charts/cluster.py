"""As much of Kubernetes's API as Helm asks when it renders for a cluster: which version, what kinds there are, and single objects."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_KINDS = {
    "v1": ("Namespace", "Secret", "ServiceAccount", "ConfigMap", "Service", "Pod", "PersistentVolumeClaim"),
    "apps/v1": ("Deployment", "StatefulSet"),
    "batch/v1": ("Job",),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "policy/v1": ("PodDisruptionBudget",),
    "networking.k8s.io/v1": ("NetworkPolicy", "Ingress"),
}
_VERSION = {"major": "1", "minor": "37", "gitVersion": "v1.37.0"}


class Cluster:
    """A namespace with Secrets in it."""

    def __init__(self, kubeconfig: Path) -> None:
        """Know nothing but the account that every namespace has."""
        self.kubeconfig = kubeconfig
        self._there: dict[str, dict[str, Any]] = {"serviceaccounts/default": _object("ServiceAccount", "default", {})}

    def keep_secret(self, name: str, texts: dict[str, str]) -> None:
        """Have a Secret."""
        data = {key: base64.b64encode(text.encode()).decode() for key, text in texts.items()}
        self._there[f"secrets/{name}"] = _object("Secret", name, {"data": data})

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Answer a GET."""
        if told := discovery(path):
            return told
        found = self._there.get("/".join(path.partition("?")[0].strip("/").split("/")[-2:]))
        return (
            (200, found)
            if found
            else (404, {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404})
        )


def discovery(path: str) -> tuple[int, dict[str, Any]] | None:
    """Return which version it is and what kinds there are; None for another path."""
    parts = path.partition("?")[0].strip("/").split("/")
    if parts == ["version"]:
        return 200, _VERSION
    if parts == ["api"]:
        return 200, {"kind": "APIVersions", "versions": ["v1"]}
    if parts == ["apis"]:
        return 200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(api) for api in _KINDS if "/" in api]}
    if parts[:2] == ["openapi", "v3"]:
        all_of_them = {"paths": {_root(api): {"serverRelativeURL": f"/openapi/v3/{_root(api)}"} for api in _KINDS}}
        return 200, _description("/".join(parts[3:])) if parts[2:] else all_of_them
    api = "/".join(parts[1:])
    if api in _KINDS:
        return 200, {"kind": "APIResourceList", "groupVersion": api, "resources": [_resource(kind) for kind in _KINDS[api]]}
    return None


def _root(api: str) -> str:
    return f"apis/{api}" if "/" in api else f"api/{api}"


def _description(api: str) -> dict[str, Any]:
    """Return what Helm looks for in an OpenAPI document: that the server looks for unknown fields itself."""
    group, _, version = api.rpartition("/")
    told = {
        f"/{kind}": {
            "patch": {
                "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
                "responses": {},
                "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind},
            }
        }
        for kind in _KINDS[api]
    }
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": _VERSION["gitVersion"]}, "paths": told}


def _group(api: str) -> dict[str, Any]:
    version = {"groupVersion": api, "version": api.partition("/")[2]}
    return {"name": api.partition("/")[0], "versions": [version], "preferredVersion": version}


def _resource(kind: str) -> dict[str, Any]:
    plural = kind.lower().removesuffix("y") + ("ies" if kind.endswith("y") else "es" if kind.endswith("s") else "s")
    return {
        "name": plural,
        "singularName": kind.lower(),
        "kind": kind,
        "namespaced": True,
        "verbs": ["get", "list", "watch", "create", "update", "patch", "delete"],
    }


def _object(kind: str, name: str, more: dict[str, Any]) -> dict[str, Any]:
    # As a release leaves it behind, so that another one of this name may have it.
    owner = {"meta.helm.sh/release-name": "outlay", "meta.helm.sh/release-namespace": "money"}
    about = {"name": name, "namespace": "money", "labels": {"app.kubernetes.io/managed-by": "Helm"}, "annotations": owner}
    return {"apiVersion": "v1", "kind": kind, "metadata": about, **more}


def write_kubeconfig(path: Path, port: int) -> None:
    """Write what leads kubectl and Helm to a server on loopback."""
    told = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "it",
        "clusters": [{"name": "it", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        "users": [{"name": "it", "user": {}}],
    }
    path.write_text(json.dumps(told))


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """Answer on loopback until the end of the block."""
    cluster = Cluster(folder / "kubeconfig")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = cluster.answer(self.path)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    write_kubeconfig(cluster.kubeconfig, server.server_port)
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
