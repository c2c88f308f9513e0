"""Keys of NATS users: the server knows the public half, and nothing on it is secret."""

import base64
import binascii

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_SEED, _USER = 18 << 3, 20 << 3
_RAW = 32
_SEED_BYTES = 2 + _RAW


def new_seed() -> str:
    """Give a fresh seed: `SU…`, to be kept like a password."""
    raw = Ed25519PrivateKey.generate().private_bytes_raw()
    return _checked(bytes([_SEED | (_USER >> 5), (_USER & 31) << 3]) + raw)


def public_key(seed: str) -> str:
    """Give what the server is told: `U…`."""
    public = _private(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _checked(bytes([_USER]) + public)


def sign(seed: str, nonce: str) -> bytes:
    return base64.b64encode(_private(seed).sign(nonce.encode()))


def _private(seed: str) -> Ed25519PrivateKey:
    """Read a seed.

    Raises:
        ValueError: it is not the seed of a user. The message does not repeat it.
    """
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error:
        raw = b""
    head, sum_ = raw[:-2], raw[-2:]
    right = len(head) == _SEED_BYTES and head[:2] == bytes([_SEED | (_USER >> 5), (_USER & 31) << 3])
    if not right or binascii.crc_hqx(head, 0).to_bytes(2, "little") != sum_:
        raise ValueError("that is not the seed of a NATS user: it begins with SU and has 58 characters")
    return Ed25519PrivateKey.from_private_bytes(head[2:])


def _checked(body: bytes) -> str:
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")
