"""Read the size of pictures out of AV1 data, which need not be what the file around them says."""

import struct
from collections.abc import Iterator

SEQUENCE_HEADER = 1
KINDS = {SEQUENCE_HEADER, 2, 3, 4, 5, 6, 7, 8, 15}  # of open bitstream units


def sizes(content: bytes, starts: list[int]) -> Iterator[tuple[int, int]]:
    """Yield for each unit the width and height it names, most often none, as far as units follow on the starts.

    Each is read once, however many starts lead there. Raises IndexError and struct.error for what is broken.
    """
    seen = set()
    for at in starts:
        while at < len(content) and at not in seen:
            seen.add(at)
            length, size = _unit(content, at)
            if not length:
                break
            yield size
            at += length


def begins(content: bytes, at: int) -> bool:
    """Whether AV1 data begin there."""
    try:
        return _unit(content, at)[0] > 0
    except (IndexError, struct.error):
        return False


def _unit(content, start):
    """The length of a unit, nought if there is none, and the size it names."""
    head = content[start]
    kind, has_extension, has_length = head >> 3 & 15, head >> 2 & 1, head >> 1 & 1
    if head & 0x81 or kind not in KINDS:
        return 0, (0, 0)
    at = start + 1 + has_extension
    length, at = _length(content, at) if has_length else (len(content) - at, at)
    size = _size(Bits(content[at : at + min(length, 1024)])) if kind == SEQUENCE_HEADER else (0, 0)
    return at + length - start, size


def _length(content, at):
    value = 0
    for place, byte in enumerate(content[at : at + 8]):
        value |= (byte & 0x7F) << (7 * place)
        if not byte & 0x80:
            return value, at + place + 1
    raise struct.error("a length without end")


class Bits:
    def __init__(self, content: bytes):
        self.value, self.left = int.from_bytes(content, "big"), 8 * len(content)

    def take(self, count: int) -> int:
        self.left -= count
        if self.left < 0:
            raise struct.error("a header without end")
        return self.value >> self.left & ((1 << count) - 1)


def _size(bits):
    bits.take(4)  # profile, still picture
    if bits.take(1):  # reduced header of a still picture
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return bits.take(width_bits) + 1, bits.take(height_bits) + 1


def _skip_operating_points(bits):
    delay_bits = 0
    if bits.take(1):  # timing
        bits.take(64)
        if bits.take(1):  # equal intervals: a number that is as long as the zeros before it
            zeros = 0
            while not bits.take(1):
                zeros += 1
            bits.take(zeros)
        if bits.take(1):  # decoder model
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    has_display_delay = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > 7:  # the levels that have tiers
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if has_display_delay and bits.take(1):
            bits.take(4)
