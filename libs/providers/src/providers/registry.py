"""Which providers this process speaks to. An adapter is imported only when it is wanted: some SDKs are slow to load."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from contracts.failures import FailureKind
from contracts.models import LOCAL
from providers.doubt import DoubtPolicy, tightened
from providers.interface import Provider, ProviderError

_log = logging.getLogger(__name__)
_KEYED = frozenset({"google", "fake"})


@dataclass(frozen=True)
class Vertex:
    """Google reached through a cloud project. Without a token the machine's own Google credentials are used."""

    project: str
    location: str = "global"
    token: SecretStr | None = None


@dataclass(frozen=True)
class Access:
    """What the adapters need to know; from settings, through main."""

    google_api_key: SecretStr | None = None
    google_base_url: str | None = None
    google_vertex: Vertex | None = None
    google_timeout_s: float = 180.0
    google_poll_s: float = 15.0
    fake_url: str | None = None
    fake_key: SecretStr | None = None
    fake_key_window_s: float | None = None
    doubt: Mapping[str, DoubtPolicy] = field(default_factory=dict)
    """By provider: what is stricter than its own policy."""


def build(enabled: Collection[str], access: Access | None = None) -> dict[str, Provider]:
    """Give the adapter of every enabled provider, by name.

    One that is enabled but lacks a usable key or address is left out, with a warning: its tasks fail as not configured.

    Raises:
        ValueError: there is no such provider, or a doubt policy is looser than its provider's own.
    """
    access = access or Access()
    providers: dict[str, Provider] = {}
    for name in sorted(set(enabled)):
        try:
            provider = _one(name, access)
        except ProviderError as error:
            _log.warning("provider %s cannot be used: %s", name, error)
            continue
        if provider is None:
            _log.warning("provider %s is enabled but not configured", name)
        else:
            providers[name] = _tightened(name, provider, access)
    return providers


def of_account(name: str, key: SecretStr, base: str | None, access: Access) -> Provider:
    """Give the adapter of a provider that speaks with a user's own key, and otherwise as it does here.

    Raises:
        ProviderError: the key is of no use, or the provider takes none.
    """
    own = replace(access, google_api_key=key, google_vertex=None, fake_key=key)
    if base is not None:
        own = replace(own, google_base_url=base, fake_url=base)
    provider = _one(name, own) if name in _KEYED else None
    if provider is None:
        raise ProviderError(FailureKind.NOT_CONFIGURED, f"{name} cannot be used with a key here.", provider=name)
    return _tightened(name, provider, own)


def _tightened(name: str, provider: Provider, access: Access) -> Provider:
    finds = provider.lookup_lag_s is not None
    provider.doubt = tightened(name, provider.doubt, access.doubt, finds=finds)
    return provider


def _one(name: str, access: Access) -> Provider | None:
    match name:
        case "local":
            return _local()
        case "google":
            return _google(access)
        case "fake":
            return _fake(access)
        case _:
            raise ValueError(f"There is no provider {name!r}. There are: {LOCAL}, google, fake.")


def _local() -> Provider:
    from providers.local_provider import LocalProvider  # noqa: PLC0415  numpy and Pillow only where pictures are made

    return LocalProvider()


def _google(access: Access) -> Provider | None:
    if access.google_api_key is None and access.google_vertex is None:
        return None
    from providers.google import GoogleProvider  # noqa: PLC0415  half a second of SDK

    return GoogleProvider(
        api_key=access.google_api_key,
        vertex=access.google_vertex,
        base_url=access.google_base_url,
        timeout_s=access.google_timeout_s,
        poll_s=access.google_poll_s,
    )


def _fake(access: Access) -> Provider | None:
    if not access.fake_url:
        return None
    from providers.fakes.adapter import FakePaidProvider  # noqa: PLC0415  tests only

    return FakePaidProvider(access.fake_url, key=access.fake_key, key_window_s=access.fake_key_window_s)


async def close(providers: dict[str, Provider]) -> None:
    for provider in providers.values():
        await provider.close()
