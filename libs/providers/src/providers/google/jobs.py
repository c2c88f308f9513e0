"""Jobs at Google: films, which take minutes. A handle is all that is needed to look after one, by any worker."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from google.genai import types

from contracts.base import MicroCredits
from contracts.failures import FailureKind
from contracts.models import Model
from contracts.run import CostBasis
from kit.clock import Clock
from providers import catalogue
from providers.google import calls, interactions, operations
from providers.google import errors as ours
from providers.google.asking import NAME, refusal
from providers.google.fetching import fetch
from providers.google.films import long_running, resolution, seconds, shot
from providers.google.interactions import Film
from providers.google.line import Line
from providers.interface import (
    Artifact,
    CancelOutcome,
    Done,
    Job,
    OutOfSight,
    Pending,
    Prepared,
    ProviderError,
    Request,
    SubmitInDoubt,
)
from providers.registry import Vertex

LONGEST_S = 3600.0
"""Films take minutes. After that a person is asked; nothing is ordered again."""
KEPT = timedelta(hours=48)
"""How long Google keeps a film."""
_NAMES = {
    "interaction": re.compile(r"[A-Za-z0-9_.-]{1,300}"),
    "operation": re.compile(
        r"projects/[^/\s]{1,100}/locations/[a-z0-9-]+/publishers/google/models/[a-z0-9.-]+/operations/[A-Za-z0-9_-]+"
    ),
}


@dataclass(frozen=True)
class _Known:
    """What a handle says. Of a job that a person adopts, little more than its id is known."""

    id: str
    kind: str
    model: Model
    operation: str
    on: date
    seconds: int
    resolution: str
    uploads: bool


class Jobs:
    def __init__(self, line: Line, vertex: Vertex | None, clock: Clock, poll_s: float) -> None:
        self._line = line
        self._vertex = vertex
        self._clock = clock
        self._poll_s = poll_s

    def __repr__(self) -> str:
        return "Jobs()"

    async def submit(self, prepared: Prepared) -> Job:
        """Order a film, once.

        Raises:
            SubmitInDoubt, ProviderError: as `calls.order`.
        """
        request = prepared.request
        if long_running(request.model):
            name = await self._operation(prepared)
        else:
            name = await self._interaction(prepared)
        if not name:
            raise ours.in_doubt()
        return Job(self._handle(request, name))

    async def _interaction(self, prepared: Prepared) -> str:
        ordered = interactions.order(prepared, vertex=self._vertex is not None)
        made = await calls.order(self._line, prepared.request.model, lambda aio: aio.interactions.create(**ordered))
        name = getattr(made, "id", None)
        return name if isinstance(name, str) else ""

    async def _operation(self, prepared: Prepared) -> str:
        source, config = operations.order(prepared)
        model = prepared.request.model
        made = await calls.order(
            self._line, model, lambda aio: aio.models.generate_videos(model=model.id, source=source, config=config)
        )
        return made.name or ""

    def _handle(self, request: Request, name: str) -> dict[str, Any]:
        handle: dict[str, Any] = {
            "kind": "operation" if long_running(request.model) else "interaction",
            "id": name,
            "model": request.model.id,
            "operation": request.operation,
            "seconds": seconds(request),
            "resolution": resolution(request),
            "uploads": bool(shot(request).all),
            "submitted_at": self._clock().isoformat(),
        }
        if self._vertex:
            handle |= {"project": self._vertex.project, "location": self._vertex.location}
        return handle

    async def poll(self, handle: Mapping[str, Any]) -> Pending | Done:
        """Look after a job; when it is done, fetch its films.

        Raises:
            OutOfSight, ProviderError: as `Provider.poll`.
        """
        job = self._known(handle)
        self._is_ours(handle)
        try:
            return await (self._look_operation(job) if job.kind == "operation" else self._look_interaction(job))
        except OutOfSight:
            begun = _moment(handle.get("submitted_at")) or self._clock()
            if self._clock() - begun < KEPT:
                raise
        text = f"Google took this at {begun:%Y-%m-%d %H:%M} UTC as {job.id}, and could not be asked about it since."
        raise SubmitInDoubt(f"{text} Adopt that job to look again.", provider=NAME)

    async def _look_interaction(self, job: _Known) -> Pending | Done:
        told = _told(await calls.look(self._line, lambda aio: aio.interactions.get(job.id)))
        status = str(told.get("status") or "")
        if not job.model.id:
            job = replace(job, model=_model(str(told.get("model") or "")))
        usage = interactions.usage_of(told)
        if trouble := interactions.trouble(told):
            raise self._with_cost(trouble, _spent(job, usage))
        if status != "completed":
            return self._pending(f"Google is at work ({status.replace('_', ' ')})")
        found = interactions.films(told)
        if not found:
            raise self._with_cost(interactions.nothing(told, uploads=job.uploads), _spent(job, usage))
        return await self._done(job, found, usage, {"interaction": job.id, "status": status})

    async def _look_operation(self, job: _Known) -> Pending | Done:
        asked = types.GenerateVideosOperation.model_validate({"name": job.id})
        seen = await calls.look(self._line, lambda aio: aio.operations.get(asked))
        if not seen.done:
            return self._pending("Google is at work")
        try:
            found = operations.films(seen)
        except ProviderError as error:
            raise self._with_cost(error, 0) from None
        done = await self._done(job, found, {}, {"operation": job.id})
        if held := operations.held_back(seen):
            said = " ".join((seen.response or types.GenerateVideosResponse()).rai_media_filtered_reasons or ())
            note = f"Google's filter held back {held} more. {self._line.redactor.scrub(said)[:300]}".strip()
            return replace(done, notes=(note,))
        return done

    def _pending(self, message: str) -> Pending:
        return Pending(0.0, self._poll_s, message, longest_s=LONGEST_S)

    async def _done(self, job: _Known, found: list[Film], usage: dict[str, float], said: dict[str, str]) -> Done:
        used = {**usage, "seconds": float(job.seconds * len(found)), "results": float(len(found))}
        cost, basis = _cost(job, used)
        try:
            artifacts = [Artifact(data=await self._bytes(film), mime=film.mime) for film in found]
        except ProviderError as error:
            raise self._with_cost(error, cost) from None
        return Done(tuple(artifacts), used, cost, basis, response={**said, "model": job.model.id})

    async def _bytes(self, film: Film) -> bytes:
        if film.uri is None:
            return film.data or b""
        if not film.uri.startswith(("https://", "http://")):
            text = f"Google put the film where this installation cannot fetch it ({film.uri.partition('/')[0]})."
            raise refusal(FailureKind.NO_OUTPUT, text)
        return await fetch(self._line, film.uri)

    async def cancel(self, handle: Mapping[str, Any]) -> CancelOutcome:
        """Ask Google to stop. Operations of Vertex cannot be stopped.

        Raises:
            OutOfSight: it could not be asked.
        """
        job = self._known(handle)
        self._is_ours(handle)
        if job.kind == "operation":
            return "unsupported"
        try:
            told = _told(await calls.look(self._line, lambda aio: aio.interactions.cancel(job.id)))
        except SubmitInDoubt:
            return "too_late"  # it does not take a cancel: it is over, or out of reach
        return "cancelled" if told.get("status") == "cancelled" else "too_late"

    def _known(self, handle: Mapping[str, Any]) -> _Known:
        name = str(handle.get("id") or handle.get("job_id") or "")
        kind = str(handle.get("kind") or ("operation" if "/operations/" in name else "interaction"))
        if kind not in _NAMES or not _NAMES[kind].fullmatch(name):
            raise refusal(FailureKind.RESULT_EXPIRED, "Google has no job of this name.")
        model = str(handle.get("model") or name.partition("/models/")[2].partition("/")[0])
        return _Known(
            id=name,
            kind=kind,
            model=_model(model),
            operation=str(handle.get("operation") or "text_to_video"),
            on=(_moment(handle.get("submitted_at")) or self._clock()).date(),
            seconds=int(handle.get("seconds") or 0),
            resolution=str(handle.get("resolution") or ""),
            uploads=bool(handle.get("uploads")),
        )

    def _is_ours(self, handle: Mapping[str, Any]) -> None:
        """Raise SubmitInDoubt when it was ordered where we cannot look now."""
        here = self._vertex.project if self._vertex else None
        there = handle.get("project")
        if there != here and ("kind" in handle or there):
            where = f"the Vertex project {there}" if there else "the Gemini API"
            text = f"It is at {where}, and this worker does not speak with that now. Set it up as it was."
            raise SubmitInDoubt(text, provider=NAME)

    def _with_cost(self, error: ProviderError, cost: MicroCredits) -> ProviderError:
        """What Google said is quoted; it must not quote the key."""
        error.args = (self._line.redactor.scrub(str(error)),)
        error.cost = cost
        return error


def _told(answer: object) -> dict[str, Any]:
    dump = getattr(answer, "model_dump", None)
    if dump is None:
        raise calls.away()
    told = dump(mode="json", warnings=False)
    if not isinstance(told, dict) or not told.get("status"):
        raise calls.away()
    return told


def _model(name: str) -> Model:
    return catalogue.book({NAME}).find(NAME, name) or Model(provider=NAME, id=name, title=name, operations=())


def _moment(when: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(when))
    except ValueError:
        return None


def _spent(job: _Known, usage: Mapping[str, float]) -> MicroCredits:
    """What a job without a result cost."""
    return catalogue.cost_of(job.model, usage, job.on, {"resolution": job.resolution})


def _cost(job: _Known, used: Mapping[str, float]) -> tuple[MicroCredits, CostBasis]:
    """Tokens of films where the model has a price for them; else seconds, which are exact only for Veo."""
    cost = catalogue.cost_of(job.model, used, job.on, {"resolution": job.resolution})
    by_token = any(price.unit == "1M_output_video_tokens" for price in job.model.prices)
    exact = job.kind == "operation" or (by_token and used.get("output_video_tokens"))
    if cost == 0:
        return job.model.estimates.get(job.operation, 0), "estimated"
    return cost, "computed" if exact else "estimated"
