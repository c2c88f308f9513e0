"""One data key per user, in a stream that can forget; wrapped with the installation's own keys.

Everybody follows the stream: a key that is destroyed is forgotten by every process at once.
"""

import base64
import json
import logging
import secrets
from datetime import UTC, datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.aio.client import Client
from nats.aio.msg import Msg

from contracts.subjects import Subjects
from kit.clock import Clock, utc_now
from kit.errors import Conflict, Erased, Unavailable, Unreadable
from kit.ids import new_id
from kit.log_jetstream import JetStreamLog
from kit.nats import Connection
from kit.record import Record
from kit.sealing import Sealed, SecretKeys
from kit.wire import ApiError, Wire

_BYTES = 32
_NONCE = 12
_LABEL = b"groove:1:"
log = logging.getLogger(__name__)


class DataKey:
    """AES-256-GCM, with the owner's name bound into every body."""

    def __init__(self, key: bytes) -> None:
        self._key = AESGCM(key)

    def seal(self, about: str, body: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._key.encrypt(nonce, body, _LABEL + about.encode())

    def unseal(self, about: str, sealed: bytes) -> bytes:
        """Open it again.

        Raises:
            Unreadable: not with this key, or not of this owner.
        """
        try:
            return self._key.decrypt(sealed[:_NONCE], sealed[_NONCE:], _LABEL + about.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable("it was not sealed with this key") from error


class Keys:
    """Every user's key, in memory."""

    def __init__(self, nc: Client, subjects: Subjects, wrapping: SecretKeys, clock: Clock = utc_now) -> None:
        self._nc = nc
        self._subjects = subjects
        self._stream = subjects.keys
        self._wire = Wire(nc)
        self._log = JetStreamLog(nc, self._stream)
        self._wrapping = wrapping
        self._clock = clock
        self._keys: dict[str, DataKey] = {}
        self._erased: set[str] = set()

    async def begin(self) -> None:
        """Hear of every key that is made or destroyed from now on; others are looked for when they are needed.

        Raises:
            Unavailable: there is no such stream.
        """
        await self._nc.subscribe(self._subjects.user_key("*"), cb=self._heard)
        try:
            await self._wire.api(f"STREAM.INFO.{self._stream}")
        except ApiError as error:
            raise Unavailable(f"stream {self._stream}: {error}. Provision it: see docs/audit.md.") from error
        if isinstance(self._nc, Connection):
            self._nc.watchers.add(self)

    def connection_lost(self) -> None:
        """Nothing to do: what is missed now is looked for when it is back."""

    def connection_back(self) -> None:
        self._keys.clear()  # one of them may have been destroyed meanwhile

    async def _heard(self, msg: Msg) -> None:
        self._take_in(msg.subject, msg.data)

    def _take_in(self, subject: str, data: bytes) -> DataKey | None:
        user = subject.rpartition(".")[2]
        said: dict[str, Any] = json.loads(data)
        if "erased" in said:
            self._keys.pop(user, None)
            self._erased.add(user)
            return None
        if user in self._erased:
            return None
        wrapped = Sealed(said["key_id"], base64.b64decode(said["wrapped"]), base64.b64decode(said["key"]))
        key = DataKey(self._wrapping.open(wrapped, _about(user)))
        return self._keys.setdefault(user, key)

    def known(self, user: str) -> DataKey | None:
        return self._keys.get(user)

    async def find(self, user: str) -> DataKey | None:
        record = await self._newest(user)
        if record is not None:
            self._take_in(record.subject, record.data)
        if user in self._erased:
            raise Erased(f"user {user} was erased")
        return self._keys.get(user)

    async def _newest(self, user: str) -> Record | None:
        if user in self._erased:
            return None
        return await self._wire.leader_get(self._stream, last_by_subj=self._subjects.user_key(user))

    async def own(self, user: str) -> DataKey:
        found = await self.find(user)
        if found is not None:
            return found
        wrapped = self._wrapping.seal(secrets.token_bytes(_BYTES), _about(user))
        kept = {"key_id": wrapped.key_id, "wrapped": _text(wrapped.wrapped), "key": _text(wrapped.data)}
        body = json.dumps({**kept, "made": self._clock().isoformat()}).encode()
        try:
            await self._log.append(self._subjects.user_key(user), body, expected=0, event_id=new_id())
        except Conflict:
            found = await self.find(user)
            if found is None:
                raise
            return found
        key = self._take_in(self._subjects.user_key(user), body)
        if key is None:
            raise Erased(f"user {user} was erased")
        return key

    async def made(self, user: str) -> datetime | None:
        """Since when what is written of a user is sealed. None: nothing is."""
        record = await self._newest(user)
        said = json.loads(record.data) if record is not None else {}
        return datetime.fromisoformat(said["made"]).astimezone(UTC) if "made" in said else None

    async def destroy(self, user: str) -> None:
        """For good: its bytes are overwritten on disk, and a stone says so. Again, nothing happens."""
        record = await self._newest(user)
        if user in self._erased:
            return
        if record is not None:
            if "erased" in json.loads(record.data):
                self._take_in(record.subject, record.data)
                return
            try:
                await self._wire.api(f"STREAM.MSG.DELETE.{self._stream}", {"seq": record.seq, "no_erase": False})
            except ApiError as error:
                log.warning("a key was gone before: %s", error)
        stone = json.dumps({"erased": self._clock().isoformat()}).encode()
        await self._log.append(self._subjects.user_key(user), stone, expected=None, event_id=new_id())
        self._take_in(self._subjects.user_key(user), stone)


def _about(user: str) -> bytes:
    return b"user-key:" + user.encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
