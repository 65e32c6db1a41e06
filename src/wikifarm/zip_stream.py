"""A zip that passes by and is never whole here: every part is unpacked and summed on its way, then
its table of contents is held against what passed (APPNOTE.TXT, 4.3).

It takes what PHP's ZipArchive writes, which knows the length of a part before it: no other.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection, Iterator

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
END_64, LOCATOR = b"PK\x06\x06", b"PK\x06\x07"
MOST_KEPT = 2**20  # bytes of a part that is kept
_AT_ONCE = 2**20
_LATER, _SEALED = 8, 1  # flags: the length comes after the part; it is encrypted
_UNKNOWN = 0xFFFFFFFF  # a number that stands in the extra of zip64


class BadZip(ValueError):
    """It is no zip, not a whole one, or packed in a way that is not looked into."""


class ZipStream:
    """What was given of a zip so far. `kept`: what the parts of the names to `keep` hold; `seen`:
    which of these, and of those to `watch`, hold something."""

    def __init__(self, keep: Collection[bytes] = (), watch: Collection[bytes] = ()) -> None:
        self.length = 0  # bytes
        self.kept: dict[bytes, bytes] = {}
        self.seen: set[bytes] = set()
        self._keep, self._watch = frozenset(keep), frozenset(watch)
        self._buffer = bytearray()
        self._step = self._mark
        self._count = self._sum = self._listed = self._listed_sum = 0
        self._told = -1  # how many parts the end of zip64 says
        self._ended = False

    def passing(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The pieces, once they were looked at. Raises BadZip."""
        for piece in pieces:
            self.feed(piece)
            yield piece
        self.end()

    def feed(self, piece: bytes) -> None:
        """The next bytes. Raises BadZip."""
        self.length += len(piece)
        self._buffer += piece
        while self._step():
            pass

    def end(self) -> None:
        """No more comes. Raises BadZip where something lacks."""
        if not self._ended or self._buffer:
            raise BadZip("cut")

    def _cut(self, length: int) -> bytes:
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken

    def _mark(self) -> bool:
        if self._ended and self._buffer:
            raise BadZip("something after its end")
        if len(self._buffer) < 4:
            return False
        steps = {LOCAL: self._local, CENTRAL: self._central, END: self._last,
                 END_64: self._last_64, LOCATOR: self._locator}  # fmt: skip
        mark = bytes(self._buffer[:4])
        parts_first = bool(self._listed) if mark == LOCAL else not self._count
        if mark not in steps or parts_first:
            raise BadZip("no zip")
        self._step = steps[mark]
        return True

    # -- a part -----------------------------------------------------------------------------

    def _local(self) -> bool:
        if len(self._buffer) < 30:
            return False
        flags, how, _time, _day, self._crc, packed, size, name, extra = struct.unpack(
            "<4HLLLHH", self._buffer[6:30]
        )
        if len(self._buffer) < 30 + name + extra:
            return False
        whole = self._cut(30 + name + extra)
        self._name = whole[30 : 30 + name]
        if flags & (_LATER | _SEALED) or how not in (0, 8):
            raise BadZip("packed otherwise")
        if _UNKNOWN in (packed, size):
            size, packed = _of_64(whole[30 + name :], size, packed)
        self._left, self._size = packed, size
        self._unpack = zlib.decompressobj(-zlib.MAX_WBITS) if how == 8 else None
        self._length = self._running = 0
        self._text = bytearray()
        self._step = self._part
        return True

    def _part(self) -> bool:
        raw = self._cut(min(self._left, len(self._buffer)))
        self._left -= len(raw)
        self._take(raw)
        if self._left:
            return False
        is_whole = self._unpack is None or self._unpack.eof
        if not is_whole or (self._length, self._running) != (self._size, self._crc):
            raise BadZip("a part is damaged")
        self._count += 1
        self._sum ^= hash((self._name, self._crc, self._size))
        if self._size and self._name in self._watch | self._keep:
            self.seen.add(self._name)
        if self._name in self._keep:
            self.kept[self._name] = bytes(self._text)
        self._step = self._mark
        return True

    def _take(self, raw: bytes) -> None:
        while raw:
            if self._unpack is None:
                text, raw = raw, b""
            else:
                try:
                    text = self._unpack.decompress(raw, _AT_ONCE)
                except zlib.error:
                    raise BadZip("a part is damaged") from None
                raw = self._unpack.unconsumed_tail
                if self._unpack.unused_data:
                    raise BadZip("a part is damaged")
            self._length += len(text)
            self._running = zlib.crc32(text, self._running)
            if self._name in self._keep and len(self._text) < MOST_KEPT:
                self._text += text

    # -- its table of contents --------------------------------------------------------------

    def _central(self) -> bool:
        if len(self._buffer) < 46:
            return False
        crc, packed, size, name, extra, note = struct.unpack("<LLLHHH", self._buffer[16:34])
        if len(self._buffer) < 46 + name + extra + note:
            return False
        whole = self._cut(46 + name + extra + note)
        if size == _UNKNOWN:
            size, _packed = _of_64(whole[46 + name : 46 + name + extra], size, packed)
        self._listed += 1
        self._listed_sum ^= hash((whole[46 : 46 + name], crc, size))
        self._step = self._mark
        return True

    def _last_64(self) -> bool:
        if len(self._buffer) < 56:
            return False
        length, count = struct.unpack("<Q12xQ", self._buffer[4:32])
        if len(self._buffer) < 12 + length:
            return False
        self._cut(12 + length)
        self._told = count
        self._step = self._mark
        return True

    def _locator(self) -> bool:
        if len(self._buffer) < 20:
            return False
        self._cut(20)
        self._step = self._mark
        return True

    def _last(self) -> bool:
        if len(self._buffer) < 22:
            return False
        count, note = struct.unpack("<H8xH", self._buffer[10:22])
        if len(self._buffer) < 22 + note:
            return False
        self._cut(22 + note)
        told = self._told if self._told >= 0 else count
        if (told, self._listed_sum) != (self._count, self._sum) or self._listed != self._count:
            raise BadZip("its table of contents is of something else")
        self._ended = True
        self._step = self._mark
        return True


def _of_64(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    """The two lengths, of which those that are unknown stand in an extra."""
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        if kind == 1:
            numbers = [struct.unpack("<Q", extra[at : at + 8])[0]
                       for at in range(4, min(4 + length, len(extra)) - 7, 8)]  # fmt: skip
            known = iter(numbers)
            size = next(known, _UNKNOWN) if size == _UNKNOWN else size
            return size, next(known, _UNKNOWN) if packed == _UNKNOWN else packed
        extra = extra[4 + length :]
    raise BadZip("packed otherwise")
