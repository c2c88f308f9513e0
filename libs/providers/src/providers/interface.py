"""The universal API: what every provider of generated media is asked, in the same words.

A provider translates both ways and decides nothing: it never retries, sleeps for a quota or picks another model.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from contracts.base import MicroCredits
from contracts.failures import RETRYABLE, Failure, FailureKind
from contracts.models import Model
from contracts.run import CostBasis
from contracts.values import Identity, MediaValue, Value
from providers.doubt import DoubtPolicy

OnProgress = Callable[[float, str], Awaitable[None]]
"""Fraction done (0 to 1) and a word on it. May be lost."""


@dataclass(frozen=True)
class Media:
    """One input, its bytes at hand."""

    data: bytes = field(repr=False)
    mime: str
    sha256: str
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    value: MediaValue | None = field(default=None, repr=False, compare=False)
    """What it is in this installation, for who speaks of it here. Vendors are told nothing of it."""


@dataclass(frozen=True)
class Character:
    """A character at a node's input, with its best pictures at hand."""

    id: str
    name: str
    description: str = ""
    pictures: tuple[Media, ...] = ()
    """Best first."""


@dataclass(frozen=True)
class Request:
    """One call. `key` is unique to the task and the same each time it is tried."""

    key: str
    operation: str
    model: Model
    params: Mapping[str, Any]
    """Canonical names (the node type's); prompt joined; `count` included where the type has one."""
    seed: int
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Text inputs by port, `prompt` excepted."""
    media: Mapping[str, tuple[Media, ...]] = field(default_factory=dict)
    characters: tuple[Character, ...] = ()
    """In order. A provider that takes no pictures of them says so in a note, and names them in the prompt."""
    user_id: str = ""
    project_id: str = ""


@dataclass(frozen=True)
class Prepared:
    """A request as this provider will take it."""

    request: Request
    prompt_sent: str
    notes: tuple[str, ...] = ()
    """What was clamped, dropped or folded into the prompt, each in a sentence for the person."""


@dataclass(frozen=True)
class Artifact:
    """One result: a text, bytes of media, or a value that is complete as it is."""

    text: str | None = None
    data: bytes | None = field(default=None, repr=False)
    mime: str = "text/plain"
    value: Value | None = None
    port: str | None = None
    """None: the first output of the node type."""


@dataclass(frozen=True)
class Done:
    artifacts: tuple[Artifact, ...]
    usage: Mapping[str, float] = field(default_factory=dict)
    cost: MicroCredits = 0
    cost_basis: CostBasis = "free"
    notes: tuple[str, ...] = ()
    """Beyond those of `Prepared`."""
    response: Mapping[str, Any] = field(default_factory=dict)
    """What the vendor told besides the result, as JSON: model version, finish reason, its own id. No secrets."""
    identities: tuple[Identity, ...] = ()
    """Of a judgement, which has no artifacts."""


@dataclass(frozen=True)
class Job:
    """The provider took it and is at work. `handle` is JSON, holds no secret, and survives a restart."""

    handle: Mapping[str, Any]


@dataclass(frozen=True)
class Pending:
    progress: float | None = None
    next_poll_s: float = 1.0
    message: str = ""
    longest_s: float | None = None
    """How long such a job may take at all, from when it was asked for. None: as long as the worker has patience."""


CancelOutcome = Literal["cancelled", "too_late", "unsupported"]


class ProviderError(Exception):
    """It did not work, and `kind` alone says what follows. The message is fit for the person and holds no key."""

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        provider: str = "",
        retry_after_s: float | None = None,
        http_status: int | None = None,
        cost: MicroCredits = 0,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.provider = provider
        self.retry_after_s = retry_after_s
        self.http_status = http_status
        self.cost = cost

    def failure(self) -> Failure:
        return Failure(
            kind=self.kind, message=str(self), provider=self.provider or None, retryable=self.kind in RETRYABLE
        )


class SubmitInDoubt(ProviderError):
    """The request may have reached the provider: the connection ended after it was sent and before it was answered."""

    def __init__(self, message: str, *, provider: str) -> None:
        super().__init__(FailureKind.IN_DOUBT, message, provider=provider)


class OutOfSight(ProviderError):
    """A job could not be looked at. This says nothing about the job: look again, and submit nothing."""

    def __init__(self, message: str, *, provider: str, retry_after_s: float | None = None) -> None:
        super().__init__(FailureKind.TRANSIENT, message, provider=provider, retry_after_s=retry_after_s)


class StillAtWork(ProviderError):
    """A job has taken longer than anybody waits for it. It may still end well: its handle can be adopted."""

    def __init__(self, message: str, *, provider: str) -> None:
        super().__init__(FailureKind.TIMED_OUT, message, provider=provider)


HERE = Model(
    provider="here", id="here", title="This installation", operations=(), paid=False, source="Pixel Groove itself"
)
"""Stands for the model where the work is no provider's: cutting films, looking for faces."""


class Provider(Protocol):
    """One vendor. Safe to share between tasks."""

    name: str
    lookup_lag_s: float | None
    """How long after a request was sent `find` may still miss it. None: it cannot look requests up at all."""
    doubt: DoubtPolicy
    """What follows when it cannot be known whether a request was taken."""
    key_window_s: float | None
    """How long the vendor answers the same key with the first result. None: it has no idempotency keys."""

    def prepare(self, request: Request) -> Prepared:
        """Fit a request to the vendor, without any IO.

        Raises:
            ProviderError: INVALID_REQUEST, UNSUPPORTED or NOT_CONFIGURED.
        """

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        """Ask once. Synchronous models are done at once.

        Raises:
            SubmitInDoubt: it cannot be known whether the request was taken.
            ProviderError: it was not taken, or it was refused.
        """

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        """Look after a job. Reads only: always safe to repeat. When it is done, its bytes are fetched too.

        Raises:
            OutOfSight: it could not be looked at; it may well be at work.
            ProviderError: the job itself failed, or is unknown.
        """

    async def find(self, key: str) -> Job | Done | None:
        """Look up a request by its key. None: the provider does not know it.

        Raises:
            OutOfSight: it could not be looked up.
        """

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome: ...

    async def close(self) -> None: ...
