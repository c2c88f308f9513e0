"""Storyboards by Gemini: asked for in a shape, trimmed to what a storyboard holds, its people kept by name."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, create_model

from contracts.base import CharacterId
from contracts.failures import FailureKind
from contracts.storyboard import MAX_SCENE_TEXT, MAX_SCENES, MAX_STYLE, Scene, StoryboardValue, Transition
from providers.google.asking import refusal
from providers.google.line import Line
from providers.google.reading import Piece
from providers.google.structured import Question, Shaped, shaped
from providers.interface import Artifact, OnProgress, Prepared, Request

BOARDING = frozenset({"storyboard"})
_MOST_STYLE = 160
"""Characters of the style in each prompt; all of it stands in the storyboard."""
_MOST_TITLE, _MOST_NAME = 120, 200
_TOKENS_PER_SCENE, _THINKING_TOKENS = 900, 8_192
_SEEDS = 2**31
_MANNER = (
    "You are a film director who writes storyboards for image and video models. Each scene has `start` and `end`: "
    "prompts for the picture of its first and of its last frame, each complete in itself, with subject, place, frame, "
    "lens and light; and `motion`: what moves between the two, and how the camera does. A scene begins where the last "
    "one ended, unless its transition is a cut. Call people by their names, exactly as they are given, in every prompt "
    "in which they are seen, and list them in `characters`. Keep names and quoted words as they are. `style` is "
    "the style guide of the whole film: if one is given, keep it. Every prompt has at most 80 words."
)


def _cut(text: str, most: int) -> str:
    """At a word."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _trim(most: int) -> BeforeValidator:
    """What is a little too long is shortened here: to ask again would be paid again."""
    return BeforeValidator(lambda value: _cut(value, most) if isinstance(value, str) else value)


_Text = Annotated[str, _trim(MAX_SCENE_TEXT), Field(min_length=1, max_length=MAX_SCENE_TEXT)]
_Name = Annotated[str, _trim(_MOST_NAME), Field(max_length=_MOST_NAME)]


class _Scene(BaseModel):
    title: Annotated[str, _trim(_MOST_TITLE), Field(max_length=_MOST_TITLE)]
    start: _Text
    end: _Text
    motion: _Text
    transition: Transition
    characters: list[_Name]


class _Board(BaseModel):
    title: Annotated[str, _trim(_MOST_NAME), Field(max_length=_MOST_NAME)]
    style: Annotated[str, _trim(MAX_STYLE), Field(max_length=MAX_STYLE)]
    scenes: list[_Scene]


def _shape(scenes: int) -> type[_Board]:
    """Of exactly so many scenes; more are left out, fewer do not fit."""
    fewer = BeforeValidator(lambda value: value[:scenes] if isinstance(value, list) else value)
    exactly: Any = Annotated[list[_Scene], fewer, Field(min_length=scenes, max_length=scenes)]
    return create_model("Storyboard", __base__=_Board, scenes=(exactly, ...))


def fit_board(request: Request) -> Prepared:
    """Fit a request for a storyboard.

    Raises:
        ProviderError: INVALID_REQUEST or UNSUPPORTED.
    """
    model, prompt = request.model, str(request.params.get("prompt", "")).strip()
    if request.operation not in model.operations:
        raise refusal(FailureKind.UNSUPPORTED, f"{model.title} cannot do {request.operation} here.")
    if not prompt:
        raise refusal(FailureKind.INVALID_REQUEST, "There is no prompt: say what the film is about.")
    if len(prompt) > model.max_prompt_chars:
        text = f"The prompt has {len(prompt):,} characters; {model.id} takes at most {model.max_prompt_chars:,}."
        raise refusal(FailureKind.INVALID_REQUEST, text)
    if not 1 <= (scenes := _scenes(request)) <= MAX_SCENES:
        raise refusal(FailureKind.INVALID_REQUEST, f"A storyboard has 1 to {MAX_SCENES} scenes, not {scenes}.")
    said = [prompt, f"Write a storyboard of exactly {scenes} scene{'s' if scenes > 1 else ''}."]
    if style := _style(request):
        said.append(f"Style guide: {style}")
    notes: tuple[str, ...] = ()
    if request.characters:
        said.append("\n".join(["Characters:", *(_told(one.name, one.description) for one in request.characters)]))
        notes = (
            "The storyboard was told names and descriptions of its characters; their pictures go into its frames.",
        )
    return Prepared(request, "\n\n".join(said), notes)


def _told(name: str, description: str) -> str:
    return f"- {name or 'someone without a name'}: {description.strip()}".rstrip(": ")


def _scenes(request: Request) -> int:
    return int(request.params.get("scenes", 4))


def _style(request: Request) -> str:
    return str(request.params.get("style", "")).strip()


async def boards(line: Line, prepared: Prepared, on: date, on_progress: OnProgress) -> list[Piece | BaseException]:
    """Ask for all that are wanted, at once. A failure stands for what could not be made."""
    request, finished = prepared.request, 0
    count = int(request.params.get("count", 1))

    async def one(index: int) -> Piece:
        nonlocal finished
        piece = await _board(line, prepared, index, on)
        finished += 1
        await on_progress(finished / count, f"{finished} of {count}")
        return piece

    return await asyncio.gather(*(one(index) for index in range(count)), return_exceptions=True)


async def _board(line: Line, prepared: Prepared, index: int, on: date) -> Piece:
    request = prepared.request
    scenes = _scenes(request)
    question = Question(
        request.model,
        prepared.prompt_sent,
        _MANNER,
        (request.seed + index) % _SEEDS,
        max_tokens=scenes * _TOKENS_PER_SCENE + _THINKING_TOKENS,
    )
    got: Shaped[_Board] = await shaped(line, question, _shape(scenes), on)
    value = board_of(got.value, request)
    note = "Google's first answer did not fit a storyboard and was asked for again; both are paid." * (got.calls > 1)
    if got.usage and request.model.prices:
        return Piece(Artifact(value=value), got.usage, got.cost, "computed", note)
    estimate = request.model.estimates.get(request.operation, 0) * got.calls
    return Piece(Artifact(value=value), got.usage, estimate, "estimated", note)


def board_of(drawn: _Board, request: Request) -> StoryboardValue:
    """The storyboard: the style in every prompt, and everyone who was connected in some scene, by name."""
    names = [one.name for one in request.characters if one.name]
    style = _style(request) or drawn.style
    seen = [_seen(scene, names) for scene in drawn.scenes]
    seen[0] += [name for name in names if not any(name in who for who in seen)]
    made = tuple(
        Scene(
            title=scene.title,
            start=_prompt(scene.start, who, style),
            end=_prompt(scene.end, who, style),
            motion=_prompt(scene.motion, (), style),
            transition=scene.transition,
            characters=tuple(who),
        )
        for scene, who in zip(drawn.scenes, seen, strict=True)
    )
    characters = tuple(CharacterId(one.id) for one in request.characters)
    return StoryboardValue(title=drawn.title, style=style[:MAX_STYLE], scenes=made, characters=characters)


def _seen(scene: _Scene, names: Sequence[str]) -> list[str]:
    """Whom it names, as they are called here."""
    listed = {name.strip().casefold() for name in scene.characters}
    texts = (scene.start, scene.end, scene.motion)
    return [name for name in names if name.casefold() in listed or any(name in text for text in texts)]


def _prompt(text: str, who: Sequence[str], style: str) -> str:
    """Room is made for names and style first; what is cut is the end of the text."""
    missing = [name for name in who if name not in text]
    lead = _cut(" and ".join(missing), MAX_SCENE_TEXT // 3) + ": " if missing else ""
    look = _cut(style.strip(" .,"), _MOST_STYLE)
    tail = f", {look}" if look and look.rstrip("…").casefold() not in text.casefold() else ""
    return lead + _cut(text, MAX_SCENE_TEXT - len(lead) - len(tail)).rstrip(" .,;") + tail
