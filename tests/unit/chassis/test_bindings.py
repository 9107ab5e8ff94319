"""Services bound by a platform are read as settings, and invalid ones are explained."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from auth.settings import AuthSettings
from budgets.settings import BudgetsSettings
from chassis.messaging.broker_settings import BrokerSettings
from chassis.platform.certificates import certificate_file
from chassis.runtime.settings import SettingsError, read_settings
from expenses.settings import ExpensesSettings
from notifier.settings import NotifierSettings
from testing.fakes import bound
from testing.fakes.bound import PEM, SECRET, vcap

if TYPE_CHECKING:
    from collections.abc import Mapping

DB = {"EXPENSES_DB": "sqlite://"}
COS = "cos://receipts?endpoint=https://s3.eu-de.cloud-object-storage.appdomain.cloud"


def told(kind: type[Any], environ: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(kind, environ)
    sentence = str(caught.value)
    assert SECRET not in sentence
    assert "Traceback" not in sentence
    return sentence


@pytest.mark.parametrize("source", ["VCAP_SERVICES", "CE_SERVICES"])
def test_cloudant_is_opened_with_the_bound_key(source: str) -> None:
    address = read_settings(AuthSettings, {source: vcap(bound.cloudant())}).cloudant
    assert address is not None
    assert address.url == "https://made-up-bluemix.cloudantnosqldb.appdomain.cloud"
    assert (address.database, address.auth, address.apikey) == ("outlay-auth", "iam", SECRET)


def test_cloudant_without_a_key_is_opened_with_user_and_password() -> None:
    environ = {"VCAP_SERVICES": vcap(bound.cloudant(apikey="", password="p@ss/word"))}
    address = read_settings(AuthSettings, environ).cloudant
    assert address is not None
    assert (address.auth, address.user, address.password) == ("basic", "made-up-bluemix", "p@ss/word")


def test_db2_gets_a_schema_for_each_service_and_its_certificate() -> None:
    environ = {"RECEIPTS": "file:receipts", "VCAP_SERVICES": vcap(bound.db2())}
    for kind, schema in ((ExpensesSettings, "expenses"), (BudgetsSettings, "budgets")):
        url = sa.make_url(read_settings(kind, environ).database)
        assert (url.drivername, url.database, url.port) == ("ibm_db_sa", "bludb", 31198)
        assert (url.username, url.password, url.query["schema"]) == ("ibm_cloud_made", SECRET, schema)
        assert Path(str(url.query["ca"])).read_text() == PEM


def test_an_old_db2_binding_is_not_used_without_tls() -> None:
    assert "would not be encrypted" in told(BudgetsSettings, {"VCAP_SERVICES": vcap(bound.old_db2())})


def test_mysql_uses_the_bindings_database_or_the_configured_one() -> None:
    environ = {"VCAP_SERVICES": vcap(bound.mysql())}
    assert sa.make_url(read_settings(BudgetsSettings, environ).database).database == "ibmclouddb"
    environ["OUTLAY_BINDINGS"] = "rows/budgets=BUDGETS_DB"
    url = sa.make_url(read_settings(BudgetsSettings, environ).database)
    assert (url.drivername, url.database, url.host) == ("mysql+pymysql", "budgets", "made-up.databases.appdomain.cloud")


def test_rabbitmq_is_verified_by_its_own_certificate() -> None:
    settings = read_settings(BrokerSettings, {"VCAP_SERVICES": vcap(bound.rabbitmq())})
    assert settings.bus == "amqps://made-up.databases.appdomain.cloud:30000/"
    assert (settings.bus_user, settings.bus_password) == ("ibm_cloud_made", SECRET)
    assert settings.bus_ca is not None
    assert settings.bus_ca.read_text() == PEM


def test_a_binding_without_a_bucket_gives_its_keys_to_the_set_address() -> None:
    environ = {**DB, "VCAP_SERVICES": vcap(bound.object_storage())}
    assert "RECEIPTS: the binding files (cloud-object-storage, from VCAP_SERVICES) names no bucket and endpoint" in told(
        ExpensesSettings, environ
    )
    settings = read_settings(ExpensesSettings, {**environ, "RECEIPTS": COS})
    assert (settings.receipts, settings.cos_api_key) == (COS, SECRET)
    assert settings.cos_instance.startswith("crn:v1:bluemix:public:cloud-object-storage")


def test_an_object_stores_complete_binding_needs_nothing_else() -> None:
    service = bound.object_storage(hmac=True, bucket="receipts", endpoint="s3.made-up.cloud")
    settings = read_settings(ExpensesSettings, {**DB, "VCAP_SERVICES": vcap(service)})
    assert settings.receipts == "cos://receipts?endpoint=https%3A%2F%2Fs3.made-up.cloud"
    assert (settings.cos_access_key, settings.cos_secret_key, settings.cos_api_key) == ("made-up-access", SECRET, "")


def test_sendgrid_is_a_service_that_people_provide_themselves() -> None:
    environ = {
        "NOTIFIER_DB": "sqlite://",
        "VCAP_SERVICES": vcap(bound.provided("our-sendgrid", api_key=SECRET, **{"from": "Outlay <outlay@outlay.example>"})),
    }
    settings = read_settings(NotifierSettings, environ)
    assert (settings.mail, settings.sendgrid_key, settings.mail_from) == ("sendgrid:", SECRET, "Outlay <outlay@outlay.example>")


def test_settings_may_be_provided_under_their_own_names() -> None:
    environ = {"NOTIFIER_DB": "sqlite://", "VCAP_SERVICES": vcap(bound.provided("secrets", NOTIFIER_MAIL="file:mail"))}
    assert read_settings(NotifierSettings, environ).mail == "file:mail"


def test_a_variable_goes_before_a_file_and_a_file_before_a_binding(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("sqlite:////from/a/file.db\n")
    environ = {"VCAP_SERVICES": vcap(bound.mysql()), "BUDGETS_DB_FILE": str(tmp_path / "address")}
    assert read_settings(BudgetsSettings, environ).database == "sqlite:////from/a/file.db"
    environ["BUDGETS_DB"] = "sqlite:////from/a/variable.db"
    assert read_settings(BudgetsSettings, environ).database == "sqlite:////from/a/variable.db"


def test_a_binding_goes_before_the_default_of_a_home() -> None:
    defaults = {"BUDGETS_DB": "sqlite:////home/budgets.db"}
    assert read_settings(BudgetsSettings, {}, defaults=defaults).database == "sqlite:////home/budgets.db"
    settings = read_settings(BudgetsSettings, {"VCAP_SERVICES": vcap(bound.mysql())}, defaults=defaults)
    assert settings.database.startswith("mysql+pymysql://")


def test_a_given_address_gets_no_password_from_another_binding() -> None:
    environ = {"VCAP_SERVICES": vcap(bound.cloudant()), "AUTH_STORE": "cloudants://somewhere.example/accounts"}
    settings = read_settings(AuthSettings, environ)
    assert (settings.store_apikey, settings.store_password) == ("", "")


def test_several_bindings_of_a_kind_are_refused_until_one_is_chosen() -> None:
    environ = {"VCAP_SERVICES": vcap(bound.mysql("first"), bound.mysql("second"), bound.db2("third"))}
    sentence = told(BudgetsSettings, environ)
    assert all(name in sentence for name in ("first", "second", "third", "OUTLAY_BINDINGS=third=BUDGETS_DB"[:15]))
    environ["OUTLAY_BINDINGS"] = "second=BUDGETS_DB"
    assert read_settings(BudgetsSettings, environ).database.startswith("mysql+pymysql://")
    environ["OUTLAY_BINDINGS"] = "first=EXPENSES_DB, second=NOTIFIER_DB"
    assert read_settings(BudgetsSettings, environ).database.startswith("ibm_db_sa://")


def test_a_binding_that_is_called_like_a_setting_serves_it() -> None:
    environ = {"RECEIPTS": "file:receipts", "VCAP_SERVICES": vcap(bound.mysql("budgets-db", "b"), bound.mysql("expenses-db", "e"))}
    assert sa.make_url(read_settings(BudgetsSettings, environ).database).database == "b"
    assert sa.make_url(read_settings(ExpensesSettings, environ).database).database == "e"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("elsewhere=BUDGETS_DB", "names 'elsewhere', which is not bound; bound is: rows, files"),
        ("rows", "must be <binding>=<setting>"),
        ("files=BUDGETS_DB", "which is IBM Cloud Object Storage or S3 and not Db2 or MySQL"),
    ],
)
def test_an_impossible_choice_is_explained(choice: str, said: str) -> None:
    environ = {"VCAP_SERVICES": vcap(bound.mysql(), bound.object_storage()), "OUTLAY_BINDINGS": choice}
    assert said in told(BudgetsSettings, environ)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"mysql": [', "VCAP_SERVICES: is not JSON"),
        ('["made-up-secret"]', "VCAP_SERVICES: must be an object of lists"),
        ('{"mysql": {"credentials": {}}}', "the value of 'mysql' must be a list"),
        ('{"mysql": [{"name": "x"}]}', "service 1 under 'mysql' has no credentials"),
        ('{"mysql": [{"name": "x", "credentials": {}}]}', "BUDGETS_DB: the binding x (mysql, from VCAP_SERVICES) has no host"),
        (
            '{"mysql": [{"name": "x", "credentials": {"host": ["made-up-secret"]}}]}',
            "has 'host' in its credentials, which should be",
        ),
        (
            '{"mysql": [{"name": "x", "credentials": {"uri": "mysql://h:made-up-secret/x"}}]}',
            "a `uri` in its credentials that is no",
        ),
        (
            '{"mysql": [{"name": "x", "credentials": {"host": "h", "port": "made-up-secret"}}]}',
            "a port in its credentials that is no",
        ),
        ('{"mysql": [{"name": "x", "credentials": {"host": "h"}}]}', "no `username` and `password`"),
    ],
)
def test_a_malformed_binding_is_explained_without_its_contents(text: str, said: str) -> None:
    assert said in told(BudgetsSettings, {"VCAP_SERVICES": text})


def test_an_invalid_certificate_is_explained() -> None:
    service = bound.mysql()
    service["credentials"]["connection"]["mysql"]["certificate"]["certificate_base64"] = SECRET
    assert "neither PEM nor base64 of PEM" in told(BudgetsSettings, {"VCAP_SERVICES": vcap(service)})


def test_unrelated_bindings_are_ignored() -> None:
    other = json.dumps({"appid": [{"name": "sign-in", "credentials": {"secret": SECRET}}], "user-provided": []})
    assert read_settings(BudgetsSettings, {"VCAP_SERVICES": other, "BUDGETS_DB": "sqlite://"}).database == "sqlite://"


def test_folders_of_bindings_are_read(tmp_path: Path) -> None:
    bound.folder(
        tmp_path,
        "my-rows",
        type="mysql",
        provider="made-up",
        host="db.example",
        port="3306",
        username="me",
        password="p w",
        database="budgets",
        certificates=PEM,
    )
    bound.folder(tmp_path, "my-bus", type="rabbitmq", uri="amqp://broker.example:5672/outlay", username="me", password=SECRET)
    (tmp_path / "..data").mkdir()  # as Kubernetes has it
    environ = {"SERVICE_BINDING_ROOT": str(tmp_path)}
    url = sa.make_url(read_settings(BudgetsSettings, environ).database)
    assert (url.host, url.password, url.database, "ca" in url.query) == ("db.example", "p w", "budgets", True)
    settings = read_settings(BrokerSettings, environ)
    assert (settings.bus, settings.bus_user, settings.bus_password) == ("amqp://broker.example:5672/outlay", "me", SECRET)


def test_a_folder_may_hold_all_credentials_in_one_file(tmp_path: Path) -> None:
    bound.folder(tmp_path, "cloudant", binding=json.dumps(bound.cloudant()["credentials"]))
    assert read_settings(AuthSettings, {"SERVICE_BINDING_ROOT": str(tmp_path)}).store_apikey == SECRET


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"host": "db.example"}, "the folder broken has no file `type`"),
        ({"binding": "made-up-secret"}, "the file broken/binding must hold the credentials as a JSON object"),
        ({"type": "mysql", "host": "x" * (1 << 21)}, "the file broken/host is too large for credentials"),
    ],
)
def test_a_folder_that_is_not_a_binding_is_explained(tmp_path: Path, files: dict[str, str], said: str) -> None:
    bound.folder(tmp_path, "broken", **files)
    assert said in told(BudgetsSettings, {"SERVICE_BINDING_ROOT": str(tmp_path)})


def test_a_missing_root_is_explained(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in told(BudgetsSettings, {"SERVICE_BINDING_ROOT": str(tmp_path / "gone")})


def test_a_certificate_is_private_and_written_once() -> None:
    path = Path(certificate_file(PEM))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert certificate_file(PEM) == str(path)


def test_a_certificate_is_not_written_into_a_folder_that_others_can_open(tmp_path: Path) -> None:
    theirs = tmp_path / f"outlay-certificates-{os.getuid()}"
    theirs.mkdir()
    theirs.chmod(0o777)
    path = Path(certificate_file(PEM, temporary=tmp_path))
    assert path.parent != theirs
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_unreadable_file_is_explained(tmp_path: Path) -> None:
    assert "BUDGETS_DB: the file that BUDGETS_DB_FILE names cannot be read: No such file" in told(
        BudgetsSettings, {"BUDGETS_DB_FILE": str(tmp_path / "gone")}
    )
