"""Makes settings from bound services: for each kind its address and credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from chassis.platform import kinds
from chassis.platform.binding import BindingError
from chassis.platform.certificates import certificate_file
from chassis.platform.credentials import Place, first, place_of

Parts = dict[str, str]
"""Part of a binding (`address`, `password` ...) -> value of the setting."""

_DATABASE = "outlay-auth"
"""The name of the document database; bindings of Cloudant have none."""


def parts_of(kind: str, credentials: Mapping[str, Any], *, inside: str, own: str) -> Parts:
    """Return the settings that a binding gives.

    `inside` names a database, schema, bucket or virtual host in it; `own` is its default name.

    Raises:
        BindingError: something is missing; the text says what and goes on after the binding's name.
    """
    return _MAKERS[kind](credentials, inside, own)


def keys_of(kind: str, credentials: Mapping[str, Any]) -> Parts:
    """Return the keys alone, for an address that is given. Only an object store's keys are useful without its address."""
    return _object_keys(credentials) if kind == kinds.OBJECTS else {}


def _documents(credentials: Mapping[str, Any], inside: str, _own: str) -> Parts:
    place, apikey = place_of(credentials), first(credentials, "apikey")
    if not apikey and not (place.user and place.password):
        raise BindingError("has neither `apikey` nor `username` and `password` in its credentials")
    plain = place.scheme in {"http", "cloudant"}
    certificate = certificate_file(place.certificate) if place.certificate and not plain else ""
    query = f"?{urlencode({'ca': certificate}, quote_via=quote)}" if certificate else ""
    who = "" if apikey else f"{quote(place.user, safe='')}@"
    standard = replace(place, port="" if place.port in {"443", "80"} else place.port)
    address = f"{'cloudant' if plain else 'cloudants'}://{who}{standard.at()}/{inside or place.path or _DATABASE}{query}"
    return {"address": address, **({"apikey": apikey} if apikey else {"password": place.password})}


def _sql(credentials: Mapping[str, Any], inside: str, own: str) -> Parts:
    place = place_of(credentials, "db2", "mysql")
    if not place.user or not place.password:
        raise BindingError("has no `username` and `password` in its credentials")
    return {"address": _mysql(place, inside) if _is_mysql(place, credentials) else _db2(place, credentials, inside or own)}


def _is_mysql(place: Place, credentials: Mapping[str, Any]) -> bool:
    if place.scheme in {"mysql", "mariadb", "db2"}:
        return place.scheme != "db2"
    if "jdbcurl" in credentials or "ssldsn" in credentials:
        return False
    return place.port not in {"50000", "50001"}


def _mysql(place: Place, inside: str) -> str:
    database = inside or place.path
    if not database:
        raise BindingError("names no database; say which by OUTLAY_BINDINGS, as <binding>/<database>=<setting>")
    query = {"ca": certificate_file(place.certificate)} if place.certificate else {}
    return _sql_address("mysql+pymysql", place, database, query)


def _db2(place: Place, credentials: Mapping[str, Any], schema: str) -> str:
    if not place.path:
        raise BindingError("names no database: `database` or `db` is missing in its credentials")
    query = {"schema": schema} if schema else {}
    if place.certificate:
        query["ca"] = certificate_file(place.certificate)
    elif "ssldsn" in credentials or place.port == "50001":
        message = (
            "has no certificate, so the connection to Db2 would not be encrypted; set the address yourself, with ?ca=<CA file>"
        )
        raise BindingError(message)
    return _sql_address("ibm_db_sa", place, place.path, query)


def _sql_address(driver: str, place: Place, database: str, query: Mapping[str, str]) -> str:
    who = f"{quote(place.user, safe='')}:{quote(place.password, safe='')}"
    options = f"?{urlencode(query, quote_via=quote)}" if query else ""
    return f"{driver}://{who}@{place.at()}/{quote(database, safe='')}{options}"


def _objects(credentials: Mapping[str, Any], inside: str, _own: str) -> Parts:
    bucket, endpoint = inside or first(credentials, "bucket"), first(credentials, "endpoint")
    keys = _object_keys(credentials)
    if not bucket or not endpoint:
        missing = " and ".join(name for name, there in (("bucket", bucket), ("endpoint", endpoint)) if not there)
        message = (
            f"names no {missing}; set RECEIPTS=cos://<bucket>?endpoint=https://s3.<region>.cloud-object-storage.appdomain.cloud, "
            "and its keys are taken from the binding"
        )
        raise BindingError(message)
    query = {"endpoint": endpoint if "://" in endpoint else f"https://{endpoint}"}
    if region := first(credentials, "region"):
        query["region"] = region
    return {"address": f"cos://{bucket}?{urlencode(query, quote_via=quote)}", **keys}


def _object_keys(credentials: Mapping[str, Any]) -> Parts:
    hmac = credentials.get("cos_hmac_keys")
    pair = hmac if isinstance(hmac, dict) else credentials
    access = first(pair, "access_key_id", "access-key", "accessKey", "access_key")
    secret = first(pair, "secret_access_key", "secret-key", "secretKey", "secret_key")
    if access and secret:  # also where there is an API key too: these can sign addresses, and need no token
        return {"access_key": access, "secret_key": secret}
    if apikey := first(credentials, "apikey"):
        return {"apikey": apikey, "instance": first(credentials, "resource_instance_id")}
    raise BindingError("has neither `cos_hmac_keys` nor `apikey` in its credentials")


def _broker(credentials: Mapping[str, Any], inside: str, _own: str) -> Parts:
    place = place_of(credentials, "amqps", "amqp")
    scheme = place.scheme if place.scheme in {"amqp", "amqps"} else "amqps" if place.certificate or place.port == "5671" else "amqp"
    vhost = inside or place.path
    parts = {"address": f"{scheme}://{place.at()}/{quote(vhost, safe='')}", "user": place.user, "password": place.password}
    if place.certificate and scheme == "amqps":
        parts["ca"] = certificate_file(place.certificate)
    return {name: value for name, value in parts.items() if value}


def _mail(credentials: Mapping[str, Any], _inside: str, _own: str) -> Parts:
    apikey = first(credentials, "apikey", "api_key", "api-key", "SENDGRID_API_KEY", "password")
    if not apikey:
        raise BindingError("has no `apikey` in its credentials")
    sender = first(credentials, "from", "sender")
    return {"address": f"sendgrid:{first(credentials, 'uri', 'url')}", "apikey": apikey, **({"from": sender} if sender else {})}


_MAKERS: Mapping[str, Callable[[Mapping[str, Any], str, str], Parts]] = {
    kinds.DOCUMENTS: _documents,
    kinds.SQL: _sql,
    kinds.OBJECTS: _objects,
    kinds.BROKER: _broker,
    kinds.MAIL: _mail,
}
