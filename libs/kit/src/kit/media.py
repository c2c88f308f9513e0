"""What a picture really is, and pictures made from pictures. All of it is CPU work: run it in a thread."""

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import cast
from xml.sax.saxutils import escape

from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from kit.errors import TooLarge
from kit.strip import strip

__all__ = [
    "Limits",
    "NotAnImage",
    "Picture",
    "TooLarge",
    "TooManyPixels",
    "clean",
    "encode_png",
    "encode_webp",
    "fingerprint",
    "inspect",
    "shown",
    "sniff",
    "thumbnail",
]

# Pillow's own guard only warns at a size of its choosing; ours refuses, before decoding, at the size it was given.
Image.MAX_IMAGE_PIXELS = None

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF", "image/avif": "AVIF"}
_ORIENTATION = 0x0112
_DAMAGE = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, IndexError, OverflowError, struct.error)
_SIDEWAYS = {5, 6, 7, 8}
_MEGA = 1_000_000
_FLAT = 8


class NotAnImage(ValueError):
    """The bytes are no picture that can be read whole."""


class TooManyPixels(ValueError):
    """Decoded, it would be larger than the limit."""


@dataclass(frozen=True, slots=True)
class Limits:
    pixels: int = 50_000_000
    bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    mime: str
    width: int
    """Pixels, as displayed: the camera's orientation is taken into account."""
    height: int
    bytes: int
    sha256: str


def sniff(data: bytes) -> str | None:
    """Say what the first bytes promise, whatever the name or the declared type."""
    for signature, mime in _SIGNATURES:
        if data.startswith(signature):
            return mime
    if data[4:8] == b"ftyp" and data[8:12] in {b"avif", b"avis"}:
        return "image/avif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def inspect(data: bytes, limits: Limits | None = None) -> Picture:
    """Decode the whole picture and say what it is.

    Raises:
        NotAnImage, TooManyPixels, TooLarge: with a sentence a person can act on.
    """
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise TooLarge(f"the file is {len(data) / _MEGA:.1f} MB; at most {limits.bytes / _MEGA:g} MB are accepted")
    image, mime = _opened(data, limits)
    width, height = image.size
    if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
        width, height = height, width
    return Picture(mime, width, height, len(data), hashlib.sha256(data).hexdigest())


def clean(data: bytes, limits: Limits | None = None) -> bytes:
    """Remove where and with what it was taken; colours stay, and the picture stands upright without its EXIF.

    Pixels are encoded again only when it must be turned. Bytes with nothing to remove come back unchanged.
    """
    image, mime = _opened(data, limits or Limits())
    told = mime == "image/avif" and (image.info.get("exif") or image.info.get("xmp"))
    if image.getexif().get(_ORIENTATION, 1) == 1 and not told:
        return strip(data, mime)
    upright = ImageOps.exif_transpose(image)
    kept = {"icc_profile": image.info["icc_profile"]} if "icc_profile" in image.info else {}
    out = BytesIO()
    upright.save(out, _FORMATS[mime], quality=95, exif=b"", **kept)
    return strip(out.getvalue(), mime)


def shown(data: bytes, edge: int = 2048, limits: Limits | None = None) -> tuple[Image.Image, tuple[int, int]]:
    """Decode as people see it: upright, RGB, on white where it is transparent, and made smaller than `edge`.

    Gives its full width and height with it.

    Raises:
        NotAnImage, TooManyPixels: with a sentence a person can act on.
    """
    limits = limits or Limits()
    image, mime = _opened(data, limits, draft=edge)
    size = Image.open(BytesIO(data), formats=[_FORMATS[mime]]).size  # a draft has forgotten it
    if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
        size = (size[1], size[0])
    upright = _red_green_blue(ImageOps.exif_transpose(image))
    upright.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return upright, size


def _red_green_blue(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey: Pillow would cut them off instead of scaling them
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        backed = Image.new("RGBA", image.size, "white")
        backed.alpha_composite(image.convert("RGBA"))
        image = backed
    return image.convert("RGB")


def thumbnail(data: bytes, edge: int = 512, limits: Limits | None = None) -> bytes:
    """Give a WebP whose longer edge has at most `edge` pixels; a smaller picture keeps its size."""
    image, _ = _opened(data, limits or Limits(), draft=edge)
    small = ImageOps.exif_transpose(image)
    small = small.convert("RGBA" if small.has_transparency_data else "RGB")
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return encode_webp(small, quality=82, icc_profile=image.info.get("icc_profile"))


def fingerprint(data: bytes, limits: Limits | None = None) -> str | None:
    """64 bits, as hex, of which few change when it is scaled or encoded again. None: it is of one colour."""
    image, _ = _opened(data, limits or Limits(), draft=64)
    grey = ImageOps.exif_transpose(image).convert("L").resize((9, 8), Image.Resampling.LANCZOS)
    least, most = grey.getextrema()
    if cast("int", most) - cast("int", least) < _FLAT:
        return None
    at = grey.tobytes()
    bits = [at[row * 9 + x] < at[row * 9 + x + 1] for row in range(8) for x in range(8)]
    return f"{sum(bit << n for n, bit in enumerate(bits)):016x}"


def encode_png(image: Image.Image, text: Mapping[str, str] | None = None, *, icc_profile: bytes | None = None) -> bytes:
    """Encode with text fields that any PNG reader shows."""
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    out = BytesIO()
    image.save(out, "PNG", pnginfo=info, **({"icc_profile": icc_profile} if icc_profile else {}))
    return out.getvalue()


def encode_webp(
    image: Image.Image,
    text: Mapping[str, str] | None = None,
    *,
    quality: int = 90,
    icc_profile: bytes | None = None,
) -> bytes:
    """Encode with text fields as XMP properties."""
    extra: dict[str, bytes] = {"icc_profile": icc_profile} if icc_profile else {}
    if text:
        extra["xmp"] = _xmp(text)
    out = BytesIO()
    image.save(out, "WEBP", quality=quality, method=4, **extra)
    return out.getvalue()


def _xmp(text: Mapping[str, str]) -> bytes:
    fields = "".join(f"<g:{key}>{escape(value)}</g:{key}>" for key, value in text.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:g="urn:pixel-groove">{fields}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def _opened(data: bytes, limits: Limits, *, draft: int = 0) -> tuple[Image.Image, str]:
    """Decode whole. `draft` lets a JPEG be decoded at a fraction of its size, never under twice that edge."""
    mime = sniff(data)
    if mime is None:
        raise NotAnImage("this is not a picture that can be used: send a PNG, JPEG, WebP, GIF or AVIF")
    name = _FORMATS[mime]
    damaged = f"the {name} file is damaged or cut short and cannot be read whole"
    try:
        image = Image.open(BytesIO(data), formats=[name])
    except _DAMAGE as error:
        raise NotAnImage(damaged) from error
    width, height = image.size
    if width * height > limits.pixels:
        size = f"{width} x {height} = {width * height / _MEGA:.1f} megapixels"
        raise TooManyPixels(f"the picture is {size}; at most {limits.pixels / _MEGA:g} are accepted")
    try:
        if draft:
            image.draft("RGB", (draft * 2, draft * 2))
        image.load()
    except _DAMAGE as error:
        raise NotAnImage(damaged) from error
    return image, mime
