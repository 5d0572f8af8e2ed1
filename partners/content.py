"""The content of a file as what looks at it wants it: bytes to search in, and a file to read from.

A large file is never in memory as a whole: its bytes are mapped from the disk, and the system forgets them again.
"""

from __future__ import annotations

import io
import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Content:
    """`view` is searched and sliced as bytes are; `file` is read. Both are the whole file."""

    view: bytes | mmap.mmap
    file: BinaryIO

    def __len__(self) -> int:
        return len(self.view)

    def starts_with(self, *beginnings: bytes) -> bool:
        """Whether it begins with any of them."""
        return self.view[: max(map(len, beginnings))].startswith(beginnings)

    def reader(self) -> BinaryIO:
        """The file, from its beginning."""
        self.file.seek(0)
        return self.file


def in_memory(content: bytes) -> Content:
    """Content of a small file."""
    return Content(content, io.BytesIO(content))


@contextmanager
def on_disk(file: BinaryIO) -> Iterator[Content]:
    """Content of a file on this machine's disk, as long as the block lasts."""
    size = file.seek(0, io.SEEK_END)
    if not size:
        yield in_memory(b"")
        return
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        yield Content(view, file)
