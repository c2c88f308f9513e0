"""A file says where it came from, and shows the same picture."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import av
import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from contracts.base import AssetId
from contracts.values import MediaValue
from kit import media
from kit.credentials import signer
from kit.errors import NotConfigured
from kit.provenance import SOURCE_TYPES, Provenance, has_credentials, read, stamp
from providers.worker.stamping import Stamper
from unit.worker.world import painting

ABOUT = Provenance(
    node="paint",
    operation="text_to_image",
    recipe="ab" * 32,
    provider="google",
    model="gemini-3.1-flash-image",
    source="trainedAlgorithmicMedia",
    graph="g1",
)


def picture(form: str, mode: str = "RGB", **options: object) -> bytes:
    image = Image.radial_gradient("L").resize((51, 34)).convert(mode)
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def film() -> bytes:
    out = BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(3):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), "teal"))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return out.getvalue()


PICTURES = {
    "png": ("image/png", picture("PNG")),
    "png with alpha": ("image/png", picture("PNG", "RGBA")),
    "jpeg": ("image/jpeg", picture("JPEG")),
    "webp": ("image/webp", picture("WEBP")),
    "lossless webp": ("image/webp", picture("WEBP", lossless=True)),
    "webp with alpha": ("image/webp", picture("WEBP", "LA")),
    "lossless webp with alpha": ("image/webp", picture("WEBP", "RGBA", lossless=True)),
    "animated webp": (
        "image/webp",
        picture("WEBP", save_all=True, append_images=[Image.new("RGB", (51, 34), "red")], duration=100),
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_where_it_came_from_and_looks_the_same(name):
    mime, data = PICTURES[name]
    stamped = stamp(data, mime, ABOUT)
    before, after = Image.open(BytesIO(data)), Image.open(BytesIO(stamped))
    for _ in range(getattr(before, "n_frames", 1)):
        assert (before.size, before.mode, before.tobytes()) == (after.size, after.mode, after.tobytes())
        if getattr(before, "n_frames", 1) > 1:
            before.seek(1)
            after.seek(1)
    assert media.inspect(stamped).mime == mime
    assert read(stamped) == {
        "node": "paint",
        "operation": "text_to_image",
        "recipe": "ab" * 32,
        "provider": "google",
        "model": "gemini-3.1-flash-image",
        "source": "trainedAlgorithmicMedia",
        "graph": "g1",
    }
    xmp = after.info["xmp"]
    tree = ET.fromstring(xmp.decode().split("?>", 1)[1].rsplit("<?", 1)[0])  # noqa: S314  our own bytes
    about = next(iter(tree.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")))
    kind = about.attrib["{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"]
    assert kind == f"{SOURCE_TYPES}trainedAlgorithmicMedia"


def test_a_film_says_it_too_and_still_plays():
    data = film()
    stamped = stamp(data, "video/mp4", ABOUT)
    assert read(stamped)["recipe"] == "ab" * 32
    with av.open(BytesIO(stamped)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 3


def test_what_was_never_stamped_says_nothing_and_what_has_no_place_stays_as_it_is():
    assert read(picture("PNG")) == {}
    gif = picture("GIF")
    assert stamp(gif, "image/gif", ABOUT) is gif


@given(name=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), min_size=1))
def test_any_name_comes_back_as_it_was(name):
    stamped = stamp(PICTURES["png"][1], "image/png", Provenance("n", "o", "r", "p", name, "algorithmicMedia"))
    assert read(stamped)["model"] == name


def test_the_kind_of_maker_is_told_truly():
    image = MediaValue(type="image", asset_id=AssetId("a"), sha256="0" * 64, mime="image/png", bytes=1)
    cases = [
        ("trainedAlgorithmicMedia", {"provider": "google"}),
        ("compositeWithTrainedAlgorithmicMedia", {"provider": "google", "inputs": {"image": (image,)}}),
        ("algorithmicMedia", {"provider": "local"}),
        ("algorithmicallyEnhanced", {"provider": "local", "operation": "upscale"}),
    ]
    for source, changes in cases:
        stamped = Stamper().stamp(painting(**changes), PICTURES["png"][1], "image/png")
        assert read(stamped)["source"] == source


# Content Credentials


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    """A root, a signer's certificate below it, and the signer's key: files as an operator has them."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _certificate("root", root_key, "root", root_key, authority=True)
    leaf = _certificate("signer", key, "root", root_key, authority=False)
    place, pem = tmp_path_factory.mktemp("papers"), serialization.Encoding.PEM
    (place / "chain.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    for name, one in (("key.pem", key), ("other.pem", root_key)):
        plain = serialization.NoEncryption()
        (place / name).write_bytes(one.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return place


def _certificate(name, key, issuer, issuer_key, *, authority):
    def named(common):
        fields = [(NameOID.ORGANIZATION_NAME, "Test"), (NameOID.COMMON_NAME, common)]
        return x509.Name([x509.NameAttribute(field, value) for field, value in fields])

    start = datetime(2026, 1, 1, tzinfo=UTC)
    usage = {"key_cert_sign": authority, "crl_sign": authority, "digital_signature": not authority}
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    usage |= dict.fromkeys((*others, "decipher_only"), False)
    build = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        build = build.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return build.sign(issuer_key, hashes.SHA256())


def _look(data, mime):
    with c2pa.Reader(mime, BytesIO(data)) as reader:
        return str(reader.get_validation_state()), reader.json()


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/webp", "video/mp4"])
def test_what_is_signed_validates_until_a_byte_is_changed(papers, mime):
    sign = Stamper(signer(papers / "chain.pem", papers / "key.pem"))
    data = film() if mime == "video/mp4" else picture(mime.partition("/")[2].upper())
    signed = sign.stamp(painting(provider="google", recipe="cd" * 32), data, mime)
    state, told = _look(signed, mime)
    assert "Valid" in state
    assert "cdcdcd" in told
    assert "trainedAlgorithmicMedia" in told
    assert has_credentials(signed, mime)
    spoilt = signed.replace(b"urn:pixel-groove", b"urn:pixel-grooVe")
    assert spoilt != signed
    assert "Invalid" in _look(spoilt, mime)[0]


def test_a_makers_own_credentials_are_kept_and_become_the_parent(papers):
    ours = signer(papers / "chain.pem", papers / "key.pem")
    made = ours.sign(picture("PNG"), "image/png", ABOUT)
    assert stamp(made, "image/png", ABOUT) is made
    assert Stamper().stamp(painting(), made, "image/png") is made
    state, told = _look(Stamper(ours).stamp(painting(), made, "image/png"), "image/png")
    assert "Valid" in state
    assert "parentOf" in told


def test_a_certificate_that_cannot_sign_loses_no_result(papers):
    broken = signer(papers / "chain.pem", papers / "key.pem")
    object.__setattr__(broken, "chain", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    stamped = Stamper(broken).stamp(painting(), picture("PNG"), "image/png")
    assert read(stamped)["node"] == "n1"


def test_half_a_configuration_says_what_to_do(papers, tmp_path):
    chain, key = papers / "chain.pem", papers / "key.pem"
    (tmp_path / "text").write_text("no key at all")
    assert signer(None, None) is None
    for certificate, secret, says in [
        (chain, None, "Set both"),
        (None, key, "Set both"),
        (tmp_path / "nowhere", key, "cannot be read"),
        (chain, tmp_path / "text", "not an unencrypted PEM"),
        (chain, papers / "other.pem", "is not the key of"),
    ]:
        with pytest.raises(NotConfigured, match=says):
            signer(certificate, secret)
    assert "BEGIN" not in repr(signer(chain, key))
