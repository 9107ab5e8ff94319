"""The documents of all services become one."""

from __future__ import annotations

import pytest

from chassis.web.spec import SpecClashError, merge_specs


def test_documents_with_the_same_path_cannot_be_merged() -> None:
    spec = {"paths": {"/a": {"get": {"operationId": "x"}}}}
    with pytest.raises(SpecClashError):
        merge_specs(spec, [spec])


def test_shared_components_may_differ_only_between_versions() -> None:
    older, newer = ({"paths": {}, "components": {"schemas": {"Money": {"title": title}}}} for title in ("older", "newer"))
    with pytest.raises(SpecClashError):
        merge_specs(newer, [older])
    assert merge_specs(newer, [older], of_one_version=False)["components"] == older["components"]
