from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from kit.media import (
    Limits,
    NotAnImage,
    TooLarge,
    TooManyPixels,
    clean,
    encode_png,
    encode_webp,
    inspect,
    sniff,
    thumbnail,
)

FORMATS = ["PNG", "JPEG", "WEBP", "GIF"]


def picture(kind: str, size: tuple[int, int] = (64, 32), **options: object) -> bytes:
    image = Image.radial_gradient("L").resize(size).convert("P" if kind == "GIF" else "RGB")
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def located(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    exif[Base.Make] = "SecretCam"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 12.0, 30.0)
    return exif


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_is_known_by_what_it_is(kind: str):
    data = picture(kind)
    found = inspect(data)
    assert (found.mime, found.width, found.height, found.bytes) == (f"image/{kind.lower()}", 64, 32, len(data))
    assert len(found.sha256) == 64


@pytest.mark.parametrize("data", [b"", b"GIF", b"<svg/>", b"%PDF-1.7", b"RIFF\0\0\0\0WAVEfmt ", b"\0" * 100])
def test_what_is_no_picture_is_refused(data: bytes):
    assert sniff(data) is None
    with pytest.raises(NotAnImage, match="send a PNG, JPEG, WebP, GIF or AVIF"):
        inspect(data)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_picture_cut_short_is_refused(kind: str, kept: float):
    data = picture(kind, (400, 300))
    with pytest.raises(NotAnImage, match="damaged or cut short"):
        inspect(data[: int(len(data) * kept)])


@pytest.mark.parametrize("kind", FORMATS)
def test_a_name_alone_makes_no_picture(kind: str):
    with pytest.raises(NotAnImage):
        inspect(picture(kind)[:16] + b"garbage" * 20)


def test_too_many_pixels_are_refused_before_they_are_decoded():
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(TooManyPixels, match=r"20000 x 20000 = 400\.0 megapixels; at most 50 are accepted"):
        inspect(bomb.getvalue())


def test_too_many_bytes_are_refused():
    with pytest.raises(TooLarge, match=r"at most 0\.0001 MB"):
        inspect(picture("PNG"), Limits(bytes=100))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_it_was_taken_is_removed(kind: str):
    data = picture(kind, exif=located())
    assert b"SecretCam" in data
    cleaned = clean(data)
    assert b"SecretCam" not in cleaned
    with Image.open(BytesIO(cleaned)) as after, Image.open(BytesIO(data)) as before:
        assert not after.getexif()
        assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_turned_picture_stands_upright_without_its_exif(kind: str):
    data = picture(kind, (64, 32), exif=located(orientation=6))
    cleaned = clean(data)
    with Image.open(BytesIO(cleaned)) as after:
        assert after.size == (32, 64)
        assert not after.getexif()
    assert (inspect(data).width, inspect(data).height) == (32, 64) == (inspect(cleaned).width, inspect(cleaned).height)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_clean_picture_stays_byte_for_byte(kind: str):
    data = picture(kind)
    assert clean(data) == data
    assert clean(clean(picture("JPEG", exif=located()))) == clean(picture("JPEG", exif=located()))


def test_colours_are_kept():
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for orientation in (1, 3):
        data = picture("JPEG", icc_profile=profile, exif=located(orientation))
        with Image.open(BytesIO(clean(data))) as after:
            assert after.info["icc_profile"] == profile


def test_what_hides_behind_the_end_of_a_jpeg_goes():
    hidden = picture("JPEG", exif=located())
    assert b"SecretCam" not in clean(picture("JPEG", progressive=True) + hidden)


def test_xmp_goes_and_the_text_of_a_png_stays():
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", "<x>48.2N</x>")
    info.add_text("prompt", "a lighthouse")
    cleaned = clean(picture("PNG", pnginfo=info))
    assert b"48.2N" not in cleaned
    assert b"a lighthouse" in cleaned


def test_a_thumbnail_is_a_small_webp_of_the_same_shape():
    small = inspect(thumbnail(picture("JPEG", (2000, 1000)), edge=512))
    assert (small.mime, small.width, small.height) == ("image/webp", 512, 256)
    tiny = inspect(thumbnail(picture("PNG", (20, 10))))
    assert (tiny.width, tiny.height) == (20, 10)


def test_a_thumbnail_keeps_transparency_and_orientation():
    image = BytesIO()
    Image.new("RGBA", (100, 50), (255, 0, 0, 0)).save(image, "PNG")
    with Image.open(BytesIO(thumbnail(image.getvalue()))) as small:
        assert small.convert("RGBA").getpixel((5, 5))[3] == 0
    turned = inspect(thumbnail(picture("JPEG", (800, 400), exif=located(6)), edge=100))
    assert (turned.width, turned.height) == (50, 100)


def test_texts_written_into_a_picture_can_be_read_back():
    image = Image.new("RGB", (8, 8), "teal")
    with Image.open(BytesIO(encode_png(image, {"groove:recipe": "äbc"}))) as png:
        assert png.text["groove:recipe"] == "äbc"
    with Image.open(BytesIO(encode_webp(image, {"recipe": "<äbc>"}))) as webp:
        assert "<g:recipe>&lt;äbc&gt;</g:recipe>".encode() in webp.info["xmp"]


def test_an_avif_keeps_its_pixels_and_not_its_place():
    out, exif = BytesIO(), Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (64, 48), "olive").save(out, "AVIF", exif=exif)
    kept = clean(out.getvalue())
    assert inspect(kept).mime == "image/avif"
    assert not Image.open(BytesIO(kept)).getexif()
    assert clean(kept) == kept
