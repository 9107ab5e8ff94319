"""Files in IBM Cloud Object Storage, or another object store that speaks S3."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any
from urllib.parse import parse_qs, quote, urlsplit

import ibm_boto3
from ibm_botocore.client import Config
from ibm_botocore.exceptions import BotoCoreError, ClientError

from chassis.runtime.problems import UnavailableError
from expenses.errors import ReceiptFileMissingError
from expenses.settings import ExpensesSettings

log = logging.getLogger("outlay.receipts")

PART = 5 * 1024 * 1024
"""The size of a part, and the most that one request stores; object stores accept no smaller parts."""
_PIECE = 64 * 1024
_LINK_SECONDS = 60
_CLIENT_ERRORS = (BotoCoreError, OSError, RuntimeError, ValueError)
"""What the client raises besides ClientError; the last three if IAM is unavailable, or returns an old token or nonsense."""
_MISSING = {"404", "NoSuchKey", "NotFound"}


class CosFiles:
    """A store of files in a bucket. An object appears once the request that uploads it, or completes its parts, has ended."""

    def __init__(self, settings: ExpensesSettings) -> None:
        address = urlsplit(settings.receipts)
        self._bucket, self._prefix = str(address.hostname), address.path.strip("/")
        self._options = {"ServerSideEncryption": settings.receipts_encryption} if settings.receipts_encryption else {}
        self._presigned = settings.receipts_downloads == "presigned"
        self._client = _client(settings, parse_qs(address.query))

    def put(self, key: str, content: IO[bytes], *, size: int, sha256: str, media_type: str) -> None:
        """Store a file, each part with its checksum, then check that its size is right."""
        about = {"ContentType": media_type, "Metadata": {"sha256": sha256}, **self._options}
        with _translated_errors():
            if size > PART:
                self._put_parts(self._name(key), content, sha256, about)
            else:
                body = content.read()
                _check_digest(hashlib.sha256(body).hexdigest(), sha256)
                self._client.put_object(**self._at(key), Body=body, ContentMD5=_md5(body), **about)
            head = self._client.head_object(**self._at(key))
        if head["ContentLength"] != size or head["Metadata"].get("sha256") != sha256:
            self.remove(key)
            raise _unavailable()

    def _put_parts(self, name: str, content: IO[bytes], sha256: str, about: dict[str, Any]) -> None:
        at = {"Bucket": self._bucket, "Key": name}
        upload = {**at, "UploadId": self._client.create_multipart_upload(**at, **about)["UploadId"]}
        try:
            parts: list[dict[str, object]] = []
            digest = hashlib.sha256()
            while body := content.read(PART):
                digest.update(body)
                number = len(parts) + 1
                sent = self._client.upload_part(**upload, PartNumber=number, Body=body, ContentMD5=_md5(body))
                parts.append({"ETag": sent["ETag"], "PartNumber": number})
            _check_digest(digest.hexdigest(), sha256)
            self._client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
        except BaseException:
            self._abort(upload)
            raise

    def _abort(self, upload: dict[str, Any]) -> None:
        """Delete the parts; if that fails too, the lifecycle rule of the bucket does it."""
        try:
            self._client.abort_multipart_upload(**upload)
        except (ClientError, *_CLIENT_ERRORS) as error:
            log.warning("parts of a receipt remain in the bucket", extra={"reason": type(error).__name__})

    def read(self, key: str, first: int, length: int) -> Iterator[bytes]:
        with _translated_errors():
            answer = self._client.get_object(**self._at(key), Range=f"bytes={first}-{first + length - 1}")
        return _pieces(answer["Body"])

    def remove(self, key: str) -> None:
        with _translated_errors():
            self._client.delete_object(**self._at(key))

    def remove_all(self, book_id: str) -> None:
        prefix = self._name(f"{book_id}/")
        with _translated_errors():
            while found := self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix).get("Contents", []):
                for one in found:
                    self._client.delete_object(Bucket=self._bucket, Key=one["Key"])
        self._abort_uploads(prefix)

    def remove_incomplete(self, before: datetime) -> None:
        self._abort_uploads(self._name(""), before)

    def _abort_uploads(self, prefix: str, before: datetime | None = None) -> None:
        with _translated_errors():
            uploads = self._client.list_multipart_uploads(Bucket=self._bucket, Prefix=prefix).get("Uploads", [])
            for upload in uploads:
                if before is None or upload["Initiated"] < before:
                    self._abort({"Bucket": self._bucket, "Key": upload["Key"], "UploadId": upload["UploadId"]})

    def link(self, key: str, *, name: str, media_type: str) -> str | None:
        """Return an address that is valid for a minute, if the settings let browsers download from the bucket."""
        if not self._presigned:
            return None
        response = {
            "ResponseContentType": media_type,
            "ResponseContentDisposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        }
        address: str = self._client.generate_presigned_url("get_object", {**self._at(key), **response}, ExpiresIn=_LINK_SECONDS)
        return address

    def check(self) -> None:
        """Raise if the bucket does not exist or access is denied."""
        try:
            with _translated_errors():
                self._client.head_bucket(Bucket=self._bucket)
        except ReceiptFileMissingError as error:
            message = f"The bucket {self._bucket} of RECEIPTS does not exist."
            raise UnavailableError(message, headers={"Retry-After": "5"}) from error

    def _name(self, key: str) -> str:
        return f"{self._prefix}/{key}" if self._prefix else key

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._name(key)}


def _client(settings: ExpensesSettings, query: dict[str, list[str]]) -> Any:
    config = Config(
        signature_version="oauth" if settings.cos_api_key else "s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=3,
        read_timeout=8,
        retries={"max_attempts": 1},
        max_pool_connections=20,
    )
    credentials = (
        {
            "ibm_api_key_id": settings.cos_api_key,
            "ibm_service_instance_id": settings.cos_instance,
            "ibm_auth_endpoint": settings.cos_iam_url,
        }
        if settings.cos_api_key
        else {"aws_access_key_id": settings.cos_access_key, "aws_secret_access_key": settings.cos_secret_key}
    )
    region = query.get("region", ["us-standard"])[0]
    return ibm_boto3.client("s3", endpoint_url=query["endpoint"][0], region_name=region, config=config, **credentials)


def _check_digest(actual: str, expected: str) -> None:
    if actual != expected:
        raise OSError("the content does not match its digest")


def _md5(body: bytes) -> str:
    """Return the checksum that every object store compares; it protects no secret."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _pieces(body: Any) -> Iterator[bytes]:
    try:
        with _translated_errors():
            while piece := body.read(_PIECE):
                yield piece
    finally:
        body.close()


def _unavailable() -> UnavailableError:
    message = "Receipts cannot be stored or read at the moment. Try again soon."
    return UnavailableError(message, headers={"Retry-After": "5"})


@contextmanager
def _translated_errors() -> Iterator[None]:
    """Translate the client's errors. Only their code is logged, since their text may contain keys."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _MISSING:
            raise ReceiptFileMissingError from error
        log.warning("the object store refuses a request", extra={"reason": code})
        raise _unavailable() from error
    except _CLIENT_ERRORS as error:
        log.warning("the object store does not answer", extra={"reason": type(error).__name__})
        raise _unavailable() from error
