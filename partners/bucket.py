"""Files in an S3-compatible store. Loaded only where settings name one (STORAGES["evidence"], S3_BUCKET …)."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from botocore.config import Config
from botocore.exceptions import ClientError
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

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
        """The object as it comes over the wire, to be read once from the beginning. Raises FileNotFoundError."""
        try:
            answer = self.bucket.Object(self._normalize_name(clean_name(name))).get()
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                raise FileNotFoundError(name) from error
            raise
        return cast(BinaryIO, answer["Body"])
