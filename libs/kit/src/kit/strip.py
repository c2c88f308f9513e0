"""Takes metadata out of picture files without touching a pixel.

Dropped: EXIF (location, camera, time), XMP, IPTC, comments, what follows the end. Kept: colour profiles and all that
decoding needs, and the text fields of a PNG.
"""

import struct
from collections.abc import Iterator

_PNG_HEAD = 8
_PNG_DROP = {b"eXIf", b"tIME"}
_PNG_XMP = (b"XML:com.adobe.xmp", b"Raw profile type ")
_WEBP_DROP = {b"EXIF", b"XMP "}
_WEBP_FLAGS = 0b1100  # EXIF and XMP, in the first byte of VP8X
_JPEG_DROP = {0xE1, 0xED, 0xFE}  # APP1 (EXIF, XMP), APP13 (IPTC), COM
_APP2, _SOS, _EOI = 0xE2, 0xDA, 0xD9
_STANDALONE = {0x00, 0x01, *range(0xD0, 0xD8)}


def strip(data: bytes, mime: str) -> bytes:
    """Give the file without metadata. It must be one that decodes."""
    match mime:
        case "image/jpeg":
            return b"\xff\xd8" + b"".join(_jpeg(data))
        case "image/png":
            return data[:_PNG_HEAD] + b"".join(_png(data))
        case "image/webp":
            body = b"".join(_webp(data))
            return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
        case _:
            return data


def _png(data: bytes) -> Iterator[bytes]:
    at = _PNG_HEAD
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if kind not in _PNG_DROP and not (kind in {b"iTXt", b"tEXt", b"zTXt"} and body.startswith(_PNG_XMP)):
            yield data[at : at + 12 + length]
        at += 12 + length
        if kind == b"IEND":
            return


def _webp(data: bytes) -> Iterator[bytes]:
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        padded = length + length % 2
        chunk = data[at : at + 8 + padded]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS]) + chunk[9:]
        if kind not in _WEBP_DROP:
            yield chunk
        at += 8 + padded


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:  # noqa: PLR2004  0xFF begins every marker
            at += 1
            continue
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004  a fill byte
            at += 1
            continue
        if marker == _EOI:
            yield data[at : at + 2]
            return
        if marker in _STANDALONE:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SOS:
            end = _scan_end(data, end)
        body = data[at + 4 : end]
        if marker not in _JPEG_DROP and not (marker == _APP2 and not body.startswith(b"ICC_PROFILE")):
            yield data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    """Find the marker that ends the compressed data of a scan."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] not in _STANDALONE and data[at + 1] != 0xFF:  # noqa: PLR2004  a fill byte
            return at
        at += 1
