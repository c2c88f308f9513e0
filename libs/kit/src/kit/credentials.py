"""Content Credentials: a signed C2PA manifest in a file, with the operator's certificate. Nothing is sent anywhere."""

import json
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from kit.errors import NotConfigured
from kit.provenance import GENERATOR, SOURCE_TYPES, Provenance, has_credentials

_ALGORITHMS = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}
_EDITED = {"algorithmicallyEnhanced", "compositeWithTrainedAlgorithmicMedia"}


@dataclass(frozen=True)
class Signer:
    """Signs with one certificate. CPU work: run it in a thread."""

    chain: bytes
    """PEM: the signer's certificate first."""
    key: bytes
    """PEM."""
    algorithm: bytes

    def __repr__(self) -> str:
        return "Signer(...)"

    def sign(self, data: bytes, mime: str, about: Provenance) -> bytes:
        """Give the file with a manifest; one that it has already becomes its parent's.

        Raises:
            ValueError: this kind of file cannot carry one, or the certificate cannot sign.
        """
        c2pa: Any = import_module("c2pa")  # an extra: 53 MB that only signing needs

        quiet = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
        info = c2pa.C2paSignerInfo(self.algorithm, self.chain, self.key, None)
        out = BytesIO()
        try:
            with (
                c2pa.Signer.from_info(info) as signer,
                c2pa.Builder(_manifest(about, mime), context=c2pa.Context(quiet)) as builder,
            ):
                if has_credentials(data, mime):
                    parent = json.dumps({"title": "as the provider made it", "relationship": "parentOf"})
                    builder.add_ingredient(parent, mime, BytesIO(data))
                builder.sign(signer, mime, BytesIO(data), out)
        except c2pa.C2paError as error:
            raise ValueError(f"it cannot be signed: {error}") from error
        return out.getvalue()


def signer(certificate: Path | None, key: Path | None) -> Signer | None:
    """The signer that is configured; None where none is.

    Raises:
        NotConfigured: half of it is there, or it cannot be used. The message says what to do.
    """
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise NotConfigured("Set both GROOVE_C2PA_CERTIFICATE and GROOVE_C2PA_KEY, or neither.")
    if find_spec("c2pa") is None:
        raise NotConfigured("Signing needs the package c2pa-python: pip install 'groove-kit[c2pa]'.")
    try:
        chain, secret = certificate.read_bytes(), key.read_bytes()
    except OSError as error:
        raise NotConfigured(f"{error.filename} cannot be read: {error.strerror}.") from error
    return Signer(chain, secret, _algorithm(chain, secret))


def _algorithm(chain: bytes, secret: bytes) -> bytes:
    from cryptography import x509  # noqa: PLC0415  only who signs pays for loading it
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        certificate, key = x509.load_pem_x509_certificate(chain), load_pem_private_key(secret, None)
    except (ValueError, TypeError) as error:
        raise NotConfigured("GROOVE_C2PA_CERTIFICATE or GROOVE_C2PA_KEY is not an unencrypted PEM file.") from error
    if certificate.public_key() != key.public_key():
        raise NotConfigured("GROOVE_C2PA_KEY is not the key of the first certificate in GROOVE_C2PA_CERTIFICATE.")
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return b"ed25519"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _ALGORITHMS:
        return _ALGORITHMS[key.curve.name]
    raise NotConfigured("The key of GROOVE_C2PA_KEY must be ECDSA (P-256, P-384, P-521) or Ed25519.")


def _manifest(about: Provenance, mime: str) -> dict[str, Any]:
    action: dict[str, Any] = {
        "action": "c2pa.edited" if about.source in _EDITED else "c2pa.created",
        "digitalSourceType": SOURCE_TYPES + about.source,
        "softwareAgent": {"name": f"{about.provider} {about.model}".strip()},
    }
    ours = {"node": about.node, "operation": about.operation, "recipe": about.recipe, "graph": about.graph}
    return {
        "claim_generator_info": [{"name": GENERATOR}],
        "title": f"{about.operation} {about.recipe[:12]}",
        "format": mime,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [action]}},
            {"label": "pixelgroove.made", "data": {name: value for name, value in ours.items() if value}},
        ],
    }
