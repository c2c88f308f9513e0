"""Secrets at rest: every one under a data key of its own, which is wrapped by a key of the installation.

So a new installation key takes re-wrapping a few bytes each, and nobody needs to know a secret for that.
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from kit.errors import NotConfigured, Unreadable

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True)
class Sealed:
    key_id: str
    """The installation key that wraps the data key."""
    wrapped: bytes
    """The data key."""
    data: bytes


@dataclass(frozen=True)
class SecretKeys:
    """The installation's keys: the first one encrypts, all of them decrypt."""

    newest: str
    _keys: dict[str, bytes] = field(repr=False)

    @classmethod
    def parse(cls, setting: SecretStr) -> "SecretKeys":
        """Read "new:base64,old:base64".

        Raises:
            ValueError: with a sentence that does not quote a key.
        """
        keys: dict[str, bytes] = {}
        for part in filter(None, (part.strip() for part in setting.get_secret_value().split(","))):
            id_, _, text = part.partition(":")
            if not _KEY_ID.fullmatch(id_) or id_ in keys:
                raise ValueError("each key is written id:base64, with ids of a-z, 0-9 and -, none of them twice")
            keys[id_] = _key(id_, text)
        if not keys:
            raise ValueError("there is no key in it")
        return cls(next(iter(keys)), keys)

    def seal(self, plain: bytes, about: bytes) -> Sealed:
        """Encrypt; only with the same `about` can it be opened again."""
        data_key = secrets.token_bytes(KEY_BYTES)
        return Sealed(self.newest, self._wrap(data_key, about), _encrypt(data_key, plain, b"data\0" + about))

    def open(self, sealed: Sealed, about: bytes) -> bytes:
        """Decrypt.

        Raises:
            NotConfigured: its key is not among ours.
            Unreadable: it was changed, or is about something else.
        """
        return _decrypt(self._unwrap(sealed, about), sealed.data, b"data\0" + about)

    def rewrap(self, sealed: Sealed, about: bytes) -> Sealed:
        """The same secret under the newest key. Raises what `open` raises."""
        return Sealed(self.newest, self._wrap(self._unwrap(sealed, about), about), sealed.data)

    def _wrap(self, data_key: bytes, about: bytes) -> bytes:
        return _encrypt(self._keys[self.newest], data_key, b"key\0" + about)

    def _unwrap(self, sealed: Sealed, about: bytes) -> bytes:
        key = self._keys.get(sealed.key_id)
        if key is None:
            raise NotConfigured(f"The key {sealed.key_id!r} is not in GROOVE_SECRET_KEYS any more. Put it back, last.")
        return _decrypt(key, sealed.wrapped, b"key\0" + about)


def _key(id_: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key {id_!r} is not {KEY_BYTES} bytes in base64: make one with `openssl rand -base64 32`")
    return key


def _encrypt(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _decrypt(key: bytes, data: bytes, about: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], about)
    except (InvalidTag, ValueError):
        raise Unreadable("A sealed secret was changed, or belongs to something else.") from None
