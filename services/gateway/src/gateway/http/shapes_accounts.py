"""What may be sent and is answered about accounts at providers. A key goes in, and never comes out."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr, model_validator

from gateway.http.bodies import Strict

_KEY_CHARS = (8, 500)


def _plain_key(key: SecretStr) -> SecretStr:
    text = key.get_secret_value()
    if not _KEY_CHARS[0] <= len(text) <= _KEY_CHARS[1]:
        raise ValueError(f"a key has {_KEY_CHARS[0]} to {_KEY_CHARS[1]} characters")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError("a key has no spaces and no characters but those of ASCII: copy it again")
    return key


def _origin(base: str) -> str:
    """Raise ValueError unless it is nothing but https, a host and a port."""
    url = urlsplit(base.rstrip("/"))
    if url.scheme not in {"https", "http"} or not url.hostname or url.netloc != base.rstrip("/").partition("://")[2]:
        raise ValueError("a base is an origin: https://host or https://host:port")
    if url.username is not None or url.password is not None:
        raise ValueError("a base has no user name or password in it")
    return base.rstrip("/").lower()


Key = Annotated[SecretStr, AfterValidator(_plain_key)]
Base = Annotated[str, Field(max_length=300), AfterValidator(_origin)]
AccountName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]


class NewAccount(Strict):
    name: AccountName
    provider: Annotated[str, Field(min_length=1, max_length=64)]
    key: Key
    base: Base | None = None
    """Another origin of the provider: one of GROOVE_ACCOUNT_ORIGINS."""
    default: bool = False
    """Take it where nobody says which. The first of a provider is, in any case."""


class AccountChange(Strict):
    """What is absent stays."""

    key: Key | None = None
    base: Base | None = None
    """null: the provider's own."""
    default: bool | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "AccountChange":
        if self.default is False:
            raise ValueError("make another account of the provider the default instead")
        if "key" in self.model_fields_set and self.key is None:
            raise ValueError("an account has a key: send another one, or delete the account")
        return self


class AccountShape(BaseModel):
    id: str
    name: str
    provider: str
    base: str | None
    default: bool
    key_last4: str
    health: str
    """`ok`, `failing`, or `unknown` until it was used."""
    last_check_at: datetime | None
    last_error: str | None
    """A kind of failure: auth, billing, quota_exhausted."""
    remaining_quota: float | None
    """None where the provider does not tell."""
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None
