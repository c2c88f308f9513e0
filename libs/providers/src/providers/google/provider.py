"""Google as a provider: calls that answer at once, and jobs that make films. It cannot look requests up."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from contracts.failures import RETRYABLE, FailureKind
from kit.clock import Clock, utc_now
from providers import enhancing
from providers.doubt import DoubtPolicy
from providers.google.asking import NAME, Ask, asks, fit, refusal
from providers.google.boards import BOARDING, boards, fit_board
from providers.google.films import FILMING, fit_film
from providers.google.jobs import Jobs
from providers.google.line import Line
from providers.google.reading import Piece, read
from providers.google.speech import SPEAKING, fit_speech, spoken
from providers.google.structured import Question, S, Shaped, shaped
from providers.interface import (
    CancelOutcome,
    Done,
    Job,
    OnProgress,
    Pending,
    Prepared,
    ProviderError,
    Request,
    SubmitInDoubt,
)
from providers.registry import Vertex


class GoogleProvider:
    """Text, vision and pictures by Gemini; films by Gemini Omni and Veo."""

    name = NAME
    lookup_lag_s: float | None = None
    doubt: DoubtPolicy = "ask"
    key_window_s: float | None = None

    def __init__(
        self,
        *,
        api_key: SecretStr | None = None,
        vertex: Vertex | None = None,
        base_url: str | None = None,
        timeout_s: float = 180.0,
        poll_s: float = 15.0,
        clock: Clock = utc_now,
    ) -> None:
        """Raise ProviderError (NOT_CONFIGURED) without a usable key or project."""
        self._line = Line(api_key=api_key, vertex=vertex, base_url=base_url, timeout_s=timeout_s)
        self._clock = clock
        self._vertex = vertex is not None
        self._jobs = Jobs(self._line, vertex, clock, poll_s)

    def __repr__(self) -> str:
        return "GoogleProvider()"

    def prepare(self, request: Request) -> Prepared:
        model, today = request.model, self._clock().date()
        if model.status == "retired" or (
            model.retired_on and model.status != "uncertain" and model.retired_on <= today
        ):
            instead = f" Use {model.replaced_by} instead." if model.replaced_by else ""
            raise refusal(FailureKind.MODEL_RETIRED, f"{model.id} was retired by Google.{instead}")
        if request.operation in FILMING:
            return fit_film(request, vertex=self._vertex)
        if request.operation in SPEAKING:
            return fit_speech(request)
        if request.operation in BOARDING:
            return fit_board(request)
        return fit(request)

    async def submit(self, prepared: Prepared, on_progress: OnProgress) -> Done | Job:
        """Make all results at once, one call each.

        They begin together, so that no call begins after a cancel. What some calls made is kept when others fail,
        because it is paid for; only when nothing was made is the failure raised. A film is a job.
        """
        if prepared.request.operation in FILMING:
            await on_progress(0.0, "asking Google")
            return await self._jobs.submit(prepared)
        if prepared.request.operation in BOARDING:
            await on_progress(0.0, "asking Google")
            return _made(await boards(self._line, prepared, self._clock().date(), on_progress))
        if (complete := enhancing.unchanged(prepared.request)) is not None:
            return complete
        wanted = spoken(prepared) if prepared.request.operation in SPEAKING else asks(prepared)
        finished = 0
        await on_progress(0.0, "asking Google")

        async def one(ask: Ask) -> Piece:
            nonlocal finished
            answer = await self._line.generate(prepared.request.model, ask)
            piece = read(answer, prepared.request, self._clock().date(), self._line.redactor)
            finished += 1
            await on_progress(finished / len(wanted), f"{finished} of {len(wanted)}")
            return piece

        made = _made(await asyncio.gather(*(one(ask) for ask in wanted), return_exceptions=True))
        return enhancing.finished(prepared.request, made)

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        return await self._jobs.poll(handle)

    async def find(self, key: str) -> Job | Done | None:
        raise refusal(FailureKind.UNSUPPORTED, f"Google cannot look up a request by its key ({key}).")

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome:
        return await self._jobs.cancel(handle)

    async def shaped(self, question: Question, shape: type[S]) -> Shaped[S]:
        """Ask for an answer in a shape; see `structured.shaped`."""
        return await shaped(self._line, question, shape, self._clock().date())

    async def close(self) -> None:
        await self._line.close()


def _made(results: Sequence[Piece | BaseException]) -> Done:
    if bug := next((r for r in results if isinstance(r, BaseException) and not isinstance(r, ProviderError)), None):
        raise bug
    return _together(results)


def _together(results: Sequence[Piece | BaseException]) -> Done:
    pieces = [result for result in results if isinstance(result, Piece)]
    failures = [result for result in results if isinstance(result, ProviderError)]
    if not pieces:
        raise _worst(failures)
    usage: dict[str, float] = {}
    for piece in pieces:
        usage = {kind: usage.get(kind, 0) + piece.usage.get(kind, 0) for kind in usage | piece.usage}
    notes = [*dict.fromkeys(piece.note for piece in pieces if piece.note)]
    if failures:
        reasons = " ".join(dict.fromkeys(str(failure) for failure in failures))
        notes.append(f"{len(pieces)} of {len(results)} were made; the others failed. {reasons}")
    return Done(
        artifacts=tuple(piece.artifact for piece in pieces),
        usage=usage,
        cost=sum(piece.cost for piece in pieces) + sum(failure.cost for failure in failures),
        cost_basis="estimated" if any(piece.basis == "estimated" for piece in pieces) else "computed",
        notes=tuple(notes),
        response={"calls": [piece.said for piece in pieces]},
    )


def _worst(failures: Sequence[ProviderError]) -> ProviderError:
    """What follows from several failures: a doubt first (never sent again), then what may be tried again."""

    def rank(failure: ProviderError) -> int:
        return 0 if isinstance(failure, SubmitInDoubt) else 1 if failure.kind in RETRYABLE else 2

    worst = min(failures, key=rank)
    worst.cost = sum(failure.cost for failure in failures)
    return worst
