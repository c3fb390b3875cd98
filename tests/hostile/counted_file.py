"""A file that counts what is read of it."""

from __future__ import annotations

import io


class CountedFile(io.BytesIO):
    """A file that counts what is read of it, and may pretend to be a terabyte: zeros follow its own bytes.

    :param data: its own bytes.
    :param endless: whether zeros follow them.
    :param longest_read: the most bytes that one read may ask for.
    """

    def __init__(self, data: bytes, endless: bool = False, longest_read: int | None = None) -> None:
        super().__init__(data)
        self.endless, self.longest_read = endless, longest_read
        self.count = self.reads = 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Seek, also beyond the real end."""
        if whence == 2 and self.endless:
            return 1 << 40
        return super().seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        assert size is not None
        assert size >= 0, "reads without a bound"
        assert self.longest_read is None or size <= self.longest_read
        data = super().read(size)
        if self.endless:
            data = data.ljust(size, b"\0")
        self.count += len(data)
        self.reads += 1
        return data
