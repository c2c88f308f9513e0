"""Bodies that only a person's own key opens: when the key is gone, they are gone, and the log stays as it is.

Who appends says whose it is in a header, `OWNER`. With a keyring on the connection the body is sealed and the header
`KEY` is stored in its place; without one nothing is sealed, and nothing is stored of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from nats.aio.client import Client
from pydantic import SecretStr

from contracts.subjects import Subjects
from kit.errors import Erased, NotConfigured, Unreadable
from kit.record import KEY, OWNER, Record, inflated


class Key(Protocol):
    def seal(self, about: str, body: bytes) -> bytes: ...

    def unseal(self, about: str, sealed: bytes) -> bytes:
        """Open it again.

        Raises:
            Unreadable: not with this key, or not of this owner.
        """
        ...


class Keyring(Protocol):
    async def own(self, user: str) -> Key:
        """The key of a user, made if there is none yet.

        Raises:
            Erased: it was destroyed. There will never be another.
        """
        ...

    def known(self, user: str) -> Key | None: ...

    async def find(self, user: str) -> Key | None:
        """Look for a key that is not known yet.

        Raises:
            Erased: it was destroyed.
        """
        ...


def of(nc: Any) -> Keyring | None:
    """The keyring of a connection: `kit.keyring.begin` puts it there."""
    ring: Keyring | None = getattr(nc, "keyring", None)
    return ring


def owned(user: str | None) -> dict[str, str] | None:
    """Headers that say whose a message is."""
    return {OWNER: user} if user else None


async def sealing(nc: Any, payload: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """What is sent, of what was encoded.

    Raises:
        Erased: its owner is.
    """
    user = headers.pop(OWNER, None)
    ring = of(nc)
    if user is None or ring is None:
        return payload, headers
    key = ring.known(user) or await ring.own(user)
    return key.seal(user, payload), {**headers, KEY: user}


async def opening(nc: Any, records: list[Record]) -> list[Record]:
    """Open what is sealed. What was erased has no body; what cannot be opened now stays as it is."""
    ring = of(nc)
    if ring is None or not any(KEY in record.headers for record in records):
        return records
    return [await _opened(ring, record) if KEY in record.headers else record for record in records]


async def opened(nc: Any, record: Record) -> Record:
    return (await opening(nc, [record]))[0]


async def _opened(ring: Keyring, record: Record) -> Record:
    user = record.headers[KEY]
    try:
        key = ring.known(user) or await ring.find(user)
    except Erased:
        return replace(record, data=b"", erased=True)
    if key is None:
        return record
    try:
        body = key.unseal(user, record.data)
    except Unreadable:
        return record  # its reader cannot read it, and pauses
    headers = {name: value for name, value in record.headers.items() if name != KEY}
    return replace(record, data=inflated(headers, body), headers={**headers, OWNER: user})


def told(headers: Mapping[str, str]) -> dict[str, str] | None:
    """Whose an opened message is, for who passes it on."""
    return owned(headers.get(OWNER))


async def begin(nc: Client, subjects: Subjects, secret_keys: SecretStr | None, *, erasable: bool) -> None:
    """Have what is appended and read over this connection sealed and opened. Not erasable: nothing is done.

    Raises:
        NotConfigured: there is nothing to wrap keys with.
        Unavailable: the stream of keys is not there.
    """
    if not erasable:
        return
    from kit.keyring import Keys  # noqa: PLC0415  only who seals pays for loading it
    from kit.sealing import SecretKeys  # noqa: PLC0415

    try:
        wrapping = SecretKeys.parse(secret_keys or SecretStr(""))
    except ValueError as error:
        raise NotConfigured(f"GROOVE_ERASABLE needs GROOVE_SECRET_KEYS: {error}.") from error
    ring = Keys(nc, subjects, wrapping)
    await ring.begin()
    nc.keyring = ring  # type: ignore[attr-defined]  # of kit.nats.Connection
