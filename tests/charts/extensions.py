"""What extensions of a cluster take, as far as the charts ask them for anything: each field that is not named here is refused.

Written after the API references of Gateway API v1, KEDA 2 and the Prometheus Operator. Whoever uses another field adds it, having read there
what it is; so a misspelt one, or one that belongs elsewhere, does not get into a cluster.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(needed: dict[str, Schema], also: dict[str, Schema] | None = None) -> Schema:
    fields = {**needed, **(also or {})}
    return {"type": "object", "properties": fields, "required": sorted(needed), "additionalProperties": False}


def _list(item: Schema, least: int = 1, most: int = 1000) -> Schema:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


def _text(pattern: str = ".") -> Schema:
    return {"type": "string", "pattern": pattern}


def _whole(least: int, most: int = 2**31 - 1) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


_NAME = _text(r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")
_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_HOST = _text(r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
_PORT = _whole(1, 65535)
_ABOUT = _object({"name": _NAME, "labels": _TEXTS}, {"annotations": _TEXTS})
_GATEWAY_DURATION = _text(r"^([0-9]{1,5}(h|m|s|ms)){1,4}$")
_PROMETHEUS_DURATION = _text(r"^(0|(([0-9]+)d)?(([0-9]+)h)?(([0-9]+)m)?(([0-9]+)s)?)$")

_PARENT = _object(
    {"name": _NAME}, {"namespace": _NAME, "sectionName": _NAME, "port": _PORT, "kind": _text(), "group": {"type": "string"}}
)
_ROUTE_RULE = _object(
    {
        "matches": _list(_object({"path": _object({"type": {"enum": ["Exact", "PathPrefix"]}, "value": _text("^/")})}), most=64),
        "backendRefs": _list(_object({"name": _NAME, "port": _PORT}), most=16),
    },
    {"timeouts": _object({"request": _GATEWAY_DURATION}, {"backendRequest": _GATEWAY_DURATION})},
)
_RABBITMQ = _object(
    {
        "type": {"const": "rabbitmq"},
        "authenticationRef": _object({"name": _NAME}),
        "metadata": _object(
            {"protocol": {"const": "amqp"}, "queueName": _text(), "mode": {"const": "QueueLength"}, "value": _text(r"^\d+$")},
            {"host": _text("^amqps?://")},
        ),
    }
)
_RELABELING = _object({"sourceLabels": _list(_text(r"^[a-zA-Z_]\w*$")), "targetLabel": _text(r"^[a-zA-Z_]\w*$")})
_RECORDING = _object({"record": _text(r"^[a-zA-Z_:][a-zA-Z0-9_:]*$"), "expr": _text()})
_ALERTING = _object({"alert": _text(), "expr": _text(), "labels": _TEXTS, "annotations": _TEXTS}, {"for": _PROMETHEUS_DURATION})

_SPECS: dict[tuple[str, str], Schema] = {
    ("gateway.networking.k8s.io/v1", "HTTPRoute"): _object(
        {"parentRefs": _list(_PARENT, most=32), "hostnames": _list(_HOST, most=16), "rules": _list(_ROUTE_RULE, most=16)}
    ),
    ("keda.sh/v1alpha1", "ScaledObject"): _object(
        {
            "scaleTargetRef": _object({"name": _NAME}),
            "triggers": _list(_RABBITMQ),
            "minReplicaCount": _whole(1),
            "maxReplicaCount": _whole(1),
            "pollingInterval": _whole(1),
        }
    ),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): _object(
        {
            "secretTargetRef": _list(
                _object({"parameter": {"enum": ["host", "username", "password"]}, "name": _NAME, "key": _text()})
            )
        }
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _object(
        {
            "selector": _object({"matchLabels": _TEXTS}),
            "endpoints": _list(
                _object(
                    {"port": _NAME, "path": _text("^/"), "interval": _PROMETHEUS_DURATION},
                    {"honorLabels": {"type": "boolean"}, "relabelings": _list(_RELABELING)},
                )
            ),
        },
        {"targetLabels": _list(_text())},
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): _object(
        {"groups": _list(_object({"name": _text(), "rules": _list({"oneOf": [_RECORDING, _ALERTING]})}))}
    ),
}


def schema_of(api: str, kind: str) -> Schema | None:
    """Return the schema of a kind that an extension defines; None for one of Kubernetes itself."""
    spec = _SPECS.get((api, kind))
    return spec and _object({"apiVersion": {"const": api}, "kind": {"const": kind}, "metadata": _ABOUT, "spec": spec})
