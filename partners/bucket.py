"""Files in an S3-compatible store. Loaded only where settings name one (STORAGES["evidence"], S3_BUCKET …)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

from partners.files import StoreAway

SPOOLED = 1024 * 1024
"""Bytes of an object that are held in memory where a file is needed that can be searched; the rest is on disk."""
GONE = ("404", "NoSuchKey", "NotFound")


class Bucket(S3Storage):
    """A bucket of which nothing has a public address: objects are private and handed out by the portal's views."""

    def __init__(self, **settings: Any) -> None:
        fixed = {
            "default_acl": None,  # the bucket's own, which is private; many stores know no other
            "file_overwrite": False,
            "max_memory_size": SPOOLED,
            "client_config": Config(
                signature_version="s3v4",
                # Stores of other makers often know neither a host name for each bucket nor the newer checksums.
                s3={"addressing_style": settings.pop("addressing_style", None) or "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 3, "mode": "standard"},
            ),
        }
        super().__init__(**fixed, **settings)

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        """None: who may read a file is asked for each time that somebody does."""
        raise NotImplementedError("Files have no address of their own.")

    def stream(self, name: str) -> BinaryIO:
        """The object as it comes over the wire, to be read once from the beginning.

        Raises FileNotFoundError where there is none, StoreAway where the store does not answer.
        """
        with _answering(name):
            answer = self.bucket.Object(self._normalize_name(clean_name(name))).get()
        return cast(BinaryIO, answer["Body"])

    def _save(self, name: str, content: Any) -> str:
        with _answering(name):
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        with _answering(name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _answering(name):
            super().delete(name)


@contextmanager
def _answering(name: str) -> Iterator[None]:
    """What the store or the network says instead of an answer, as Python's own errors."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            raise FileNotFoundError(name) from error
        raise StoreAway(str(error)) from error
    except (BotoCoreError, Boto3Error) as error:
        raise StoreAway(str(error)) from error
