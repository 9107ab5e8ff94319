"""The limit of a body's size is in the OpenAPI document."""

from __future__ import annotations

import pytest

from chassis.runtime.problems import BodyTooLargeError
from chassis.web.middleware.body_limits import FRAME, JSON_LIMIT, UPLOAD_LIMIT, BodyLimits

FILES = {"requestBody": {"content": {"multipart/form-data": {}}}}
JSON = {"requestBody": {"content": {"application/json": {}}}}
SPEC = {
    "servers": [{"url": "/api/v1"}],
    "paths": {
        "/things/{thing_id}/files": {"post": {"x-most-bytes": 5 << 20, **FILES}, "put": FILES, "delete": {}},
        "/things": {"post": JSON},
        "/hooks": {"post": {"x-most-bytes": 1 << 20, **JSON}},
    },
}
FORM = b"multipart/form-data; boundary=b"
LIMITS = {
    "an upload that the document limits": ("POST", "/api/v1/things/7/files", FORM, (5 << 20) + FRAME),
    "the same in capitals": ("POST", "/api/v1/things/7/files", FORM.upper(), (5 << 20) + FRAME),
    "another method": ("PUT", "/api/v1/things/7/files", FORM, UPLOAD_LIMIT),
    "another path": ("POST", "/api/v1/things/7/8/files", FORM, JSON_LIMIT),
    "files for an operation that takes none": ("POST", "/api/v1/things", FORM, JSON_LIMIT),
    "files for an operation without a body": ("DELETE", "/api/v1/things/7/files", FORM, JSON_LIMIT),
    "more than others": ("POST", "/api/v1/hooks", b"application/json", 1 << 20),
    "JSON": ("POST", "/api/v1/things/7/files", b"application/json", JSON_LIMIT),
    "nothing said": ("POST", "/api/v1/things", b"", JSON_LIMIT),
}


@pytest.mark.parametrize("what", LIMITS)
def test_each_body_has_the_limit_of_its_operation(what: str) -> None:
    *asked, most = LIMITS[what]
    limit = BodyLimits([SPEC]).of(*asked)
    limit.expect(str(most).encode())
    limit.expect(b"many")
    limit.take(most)
    for too_much in (lambda: limit.take(1), lambda: BodyLimits([SPEC]).of(*asked).expect(str(most + 1).encode())):
        with pytest.raises(BodyTooLargeError):
            too_much()


def test_a_too_large_body_is_explained_in_megabytes() -> None:
    with pytest.raises(BodyTooLargeError, match="5 MB at most"):
        BodyLimits([SPEC]).of("POST", "/api/v1/things/7/files", FORM).expect(b"9" * 30)
