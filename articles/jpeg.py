"""What the passes of a JPEG bring, told from their headers alone: how many there are, and whether one is missing."""

import struct

USUAL = (0xC0, 0xC1, PROGRESSIVE := 0xC2)  # ways of coding, by their markers; nobody uses the others
COEFFICIENTS = 64  # of a block of 8 by 8 pixels
# What a block takes at the least: a code for its brightness, and one for its end unless that is in another pass.
# Decoders make up what is missing, so a few bytes could ask for the work of a whole picture.
LEAST_BITS = {0xC0: 2, 0xC1: 2, PROGRESSIVE: 1}
MISSING = 255  # bits: more than any coefficient has


class Passes:
    """Follows the headers of one file: its frame, then each of its scans. Raises struct.error for what is cut off."""

    def __init__(self):
        self.number = 0
        self.kind = None
        self.is_usual = True
        self.values = 0  # numbers that a decoder holds which goes over the picture several times
        self.work = 0  # numbers that it goes over in all passes together
        self.least = 0  # bytes that the pixels take at the very least
        self.ends = []  # where the data of each scan end
        self._of = {}  # the values of each colour
        self._left = {}  # of each colour and coefficient, the bits that no scan has brought

    def frame(self, kind: int, segment: bytes) -> tuple[int, int]:
        """Return the width and height in pixels."""
        height, width, number = struct.unpack_from(">HHB", segment, 1)
        colours = [struct.unpack_from("BB", segment, at) for at in range(6, 6 + 3 * number, 3)]
        shares = [(max(1, factors >> 4), max(1, factors & 15)) for _, factors in colours]
        most = max((across for across, _ in shares), default=1) * max((down for _, down in shares), default=1)
        values = [round(width * height * across * down / most) for across, down in shares]
        self.values = max(self.values, sum(values))
        self.least = max(self.least, -(-width // 8) * -(-height // 8) * LEAST_BITS.get(kind, 0) // 8)
        self.is_usual &= kind in USUAL
        self.kind = kind
        self._of = dict(zip((colour for colour, _ in colours), values, strict=True))
        self._left = {colour: [MISSING] * COEFFICIENTS for colour in self._of}
        return width, height

    def scan(self, segment: bytes) -> None:
        self.number += 1
        at = 1 + 2 * segment[0]
        first, last, bits = struct.unpack_from("BBB", segment, at)
        if self.kind != PROGRESSIVE:  # these mean nothing then
            first, last, bits = 0, COEFFICIENTS - 1, 0
        for colour in self._of.keys() & segment[1:at:2]:
            self.work += self._of[colour]
            self._left[colour][first : last + 1] = [bits & 15] * (last + 1 - first)

    @property
    def are_several(self) -> bool:
        return self.number > 1 or self.kind == PROGRESSIVE

    @property
    def are_all_there(self) -> bool:
        return not any(map(any, self._left.values()))
