"""Signing secrets: made, kept, and used. Sealed at rest where the installation has keys for that."""

import base64
import json
import secrets
from datetime import datetime

from standardwebhooks import Webhook

from kit.errors import NotConfigured
from kit.sealing import Sealed, SecretKeys

_PREFIX = "whsec_"
_BYTES = 32
_SEALED = "sealed:"


def new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(each: list[str], event_id: str, at: datetime, body: str) -> dict[str, str]:
    """Headers of Standard Webhooks, with a signature for each secret."""
    signatures = [Webhook(secret).sign(event_id, at, body) for secret in each]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


class Vault:
    def __init__(self, keys: SecretKeys | None) -> None:
        self._keys = keys

    def kept(self, webhook_id: str, secret: str) -> str:
        """As it is stored."""
        if self._keys is None:
            return secret
        return _written(self._keys.seal(secret.encode(), webhook_id.encode()))

    def opened(self, webhook_id: str, stored: str) -> str:
        """Raises what `SecretKeys.open` raises."""
        if not stored.startswith(_SEALED):
            return stored
        if self._keys is None:
            raise NotConfigured("Webhook secrets were sealed with GROOVE_SECRET_KEYS, which is not set any more.")
        return self._keys.open(_read(stored), webhook_id.encode()).decode()

    def renewed(self, webhook_id: str, stored: str) -> str:
        """The same, under the newest key."""
        if self._keys is None:
            return stored
        if not stored.startswith(_SEALED):
            return self.kept(webhook_id, stored)
        return _written(self._keys.rewrap(_read(stored), webhook_id.encode()))


def _written(sealed: Sealed) -> str:
    parts = [sealed.key_id, base64.b64encode(sealed.wrapped).decode(), base64.b64encode(sealed.data).decode()]
    return _SEALED + json.dumps(parts)


def _read(stored: str) -> Sealed:
    key_id, wrapped, data = json.loads(stored.removeprefix(_SEALED))
    return Sealed(key_id, base64.b64decode(wrapped), base64.b64decode(data))
