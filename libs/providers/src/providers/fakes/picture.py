"""Small pictures that are really pictures, made of nothing but the standard library."""

import hashlib
import math
import struct
import zlib


def png(words: str, width: int = 96, height: int = 96) -> bytes:
    """A PNG of soft waves; the same words always give the same bytes, other words another picture."""
    chance = hashlib.sha256(words.encode()).digest()
    low, high = chance[0:3], chance[3:6]
    tilt, waves, phase = chance[6] / 255 * math.pi, 1 + chance[7] % 5, chance[8] / 40
    rows = []
    for y in range(height):
        row = bytearray(b"\x00")  # no filter
        for x in range(width):
            along = x / width * math.cos(tilt) + y / height * math.sin(tilt)
            share = (math.sin(along * waves * math.tau + phase) + 1) / 2
            row += bytes(int(a + (b - a) * share) for a, b in zip(low, high, strict=True))
        rows.append(bytes(row))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def size_of(aspect_ratio: str, pixels: int = 96 * 96) -> tuple[int, int]:
    """Width and height of about so many pixels in a ratio like "16:9"."""
    wide, high = (int(part) for part in aspect_ratio.split(":"))
    scale = math.sqrt(pixels / (wide * high))
    return max(1, round(wide * scale)), max(1, round(high * scale))
