"""Says in a file where it came from, as an XMP packet that any reader of metadata shows. No pixel is touched.

XMP (ISO 16684-1) goes into PNG as iTXt, into JPEG as APP1, into WebP as a chunk, into MP4 as a uuid box at the end.
A file with Content Credentials (C2PA) stays as it is: a byte more would make its signature say "tampered".
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal
from xml.sax.saxutils import quoteattr, unescape

SourceType = Literal[
    "algorithmicMedia", "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicallyEnhanced"
]
"""Of the IPTC's vocabulary of digital source types: drawn by a program, by a trained model, by one from other media."""
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
GENERATOR = "Pixel Groove"

_NAMESPACE = "urn:pixel-groove:provenance:1"
_PNG_HEAD, _PNG_IHDR = 8, 25
_PNG_KEY = b"XML:com.adobe.xmp"
_JPEG_KEY = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_MOST = 65_533 - len(_JPEG_KEY)
_MP4_KEY = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_WEBP_XMP, _WEBP_ALPHA = 0b100, 0b1_0000
_PACKET = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
_OURS = re.compile(r'groove:(\w+)=("[^"]*"|\'[^\']*\')')
_STAMPED = frozenset({"image/png", "image/jpeg", "image/webp", "video/mp4"})
_JPEG_CREDENTIALS = re.compile(rb"\xff\xeb..JP.{10}jumb", re.DOTALL)
_MP4_CREDENTIALS = b"uuid" + bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


@dataclass(frozen=True, slots=True)
class Provenance:
    node: str
    operation: str
    """The node type."""
    recipe: str
    """The sha256 of all that decided what was made."""
    provider: str
    model: str
    source: SourceType
    graph: str = ""
    """Empty: the workflow was sent along with the run."""


def stamp(data: bytes, mime: str, about: Provenance) -> bytes:
    """Give the file with its provenance in it; as it was, where there is no place for it or the file is signed."""
    if mime not in _STAMPED or has_credentials(data, mime):
        return data
    packet = _packet(about)
    match mime:
        case "image/png":
            chunk = b"iTXt" + _PNG_KEY + b"\0\0\0\0\0" + packet
            at = _PNG_HEAD + _PNG_IHDR
            framed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
            return data[:at] + framed + data[at:]
        case "image/jpeg" if len(packet) <= _JPEG_MOST:
            body = _JPEG_KEY + packet
            return data[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[2:]
        case "image/webp":
            return _webp(data, packet)
        case "video/mp4":
            return data + struct.pack(">I", 24 + len(packet)) + b"uuid" + _MP4_KEY + packet
    return data


def read(data: bytes) -> dict[str, str]:
    """What a file says of where it came from; empty when it says nothing that we wrote."""
    for found in _PACKET.finditer(data):
        told = {
            name: unescape(value[1:-1], _QUOTES) for name, value in _OURS.findall(found[0].decode(errors="replace"))
        }
        if told:
            return told
    return {}


def has_credentials(data: bytes, mime: str) -> bool:
    """Whether it carries a C2PA manifest, ours or its maker's."""
    match mime:
        case "image/png":
            return b"caBX" in _chunks(data, _PNG_HEAD, "big", 4, 12)
        case "image/webp":
            return b"C2PA" in _chunks(data, 12, "little", 0, 8)
        case "image/jpeg":
            return _JPEG_CREDENTIALS.search(data) is not None
        case "video/mp4":
            return _MP4_CREDENTIALS in data
    return False


def _chunks(data: bytes, at: int, order: Literal["big", "little"], name_at: int, around: int) -> Iterator[bytes]:
    """The names of a file's chunks: PNG says first how long one is, RIFF what it is called (and fills up to even)."""
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 - name_at :][:4], order)
        yield data[at + name_at : at + name_at + 4]
        at += around + length + (length % 2 if order == "little" else 0)


_QUOTES = {"&quot;": '"', "&apos;": "'"}


def _packet(about: Provenance) -> bytes:
    ours = " ".join(f"groove:{name}={quoteattr(value)}" for name, value in asdict(about).items() if value)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'xmlns:groove="{_NAMESPACE}" xmp:CreatorTool="{GENERATOR}" '
        f'Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPES}{about.source}" {ours}/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _webp(data: bytes, packet: bytes) -> bytes:
    """The extended form of the container, which alone has room for metadata."""
    body, first = data[12:], data[12:16]
    if first == b"VP8X":
        body = body[:8] + bytes([body[8] | _WEBP_XMP]) + body[9:]
    elif first == b"VP8L":
        bits = int.from_bytes(body[9:13], "little")
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
        body = _vp8x(width, height, alpha * _WEBP_ALPHA) + body
    else:
        width, height = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (14, 16))
        body = _vp8x(width - 1, height - 1, 0) + body
    body += b"XMP " + struct.pack("<I", len(packet)) + packet + b"\0" * (len(packet) % 2)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _vp8x(width: int, height: int, flags: int) -> bytes:
    """Sizes less one, as the format wants them."""
    sizes = width.to_bytes(3, "little") + height.to_bytes(3, "little")
    return b"VP8X" + struct.pack("<I", 10) + bytes([flags | _WEBP_XMP, 0, 0, 0]) + sizes
