"""Answers in a shape: JSON that is checked here, with one repair if it does not fit."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from google.genai import types
from pydantic import BaseModel, ValidationError

from contracts.base import MicroCredits
from contracts.failures import FailureKind
from contracts.models import Model
from providers import catalogue
from providers.google.asking import NAME, Ask
from providers.google.line import Line
from providers.google.reading import read
from providers.interface import ProviderError, Request

S = TypeVar("S", bound=BaseModel)
_MAX_TOKENS = 32_768
_TOLD = 2_000
"""Characters of what was wrong that the model is told."""


@dataclass(frozen=True)
class Shaped(Generic[S]):
    value: S
    usage: dict[str, float]
    cost: MicroCredits
    calls: int
    """1, or 2 when it had to be repaired."""


@dataclass(frozen=True)
class Question:
    model: Model
    prompt: str
    manner: str = ""
    """The system instruction."""
    seed: int = 0
    temperature: float | None = None
    max_tokens: int = _MAX_TOKENS
    """Of an answer, with what was thought before it."""


async def shaped(line: Line, question: Question, shape: type[S], on: date) -> Shaped[S]:
    """Ask for JSON of a shape. What does not fit is sent back once, with what is wrong about it; that is paid too.

    Raises:
        SubmitInDoubt: as `Line.generate`.
        ProviderError: as `Line.generate` and `read`; NO_OUTPUT when the repair does not fit either. Its cost is the
            sum of what was asked.
    """
    usage: dict[str, float] = {}
    prompt, flaw = question.prompt, ""
    for call in (1, 2):
        try:
            answer = await line.generate(question.model, _ask(question, prompt, shape))
            piece = read(answer, _request(question), on, line.redactor)
        except ProviderError as error:
            error.cost += catalogue.cost_of(question.model, usage, on)
            raise
        usage = {kind: usage.get(kind, 0) + piece.usage.get(kind, 0) for kind in usage | piece.usage}
        text = piece.artifact.text or ""
        try:
            value = shape.model_validate_json(text)
        except ValidationError as error:
            flaw = piece.note or str(error)
            prompt = _again(question.prompt, text, flaw)
        else:
            return Shaped(value, usage, catalogue.cost_of(question.model, usage, on), call)
    message = f"Google answered twice in a shape that cannot be used: {line.redactor.scrub(flaw)[:300]}"
    cost = catalogue.cost_of(question.model, usage, on)
    raise ProviderError(FailureKind.NO_OUTPUT, message, provider=NAME, cost=cost)


def _ask(question: Question, prompt: str, shape: type[BaseModel]) -> Ask:
    config = types.GenerateContentConfig(
        seed=question.seed,
        temperature=question.temperature,
        system_instruction=question.manner or None,
        max_output_tokens=question.max_tokens,
        response_mime_type="application/json",
        response_json_schema=shape.model_json_schema(),
    )
    return Ask((types.Part(text=prompt),), config)


def _request(question: Question) -> Request:
    return Request("", "text_to_text", question.model, {}, question.seed)


def _again(prompt: str, answer: str, flaw: str) -> str:
    return (
        f"{prompt}\n\nYour last answer does not fit the schema.\nAnswer:\n{answer}\n\nWhat is wrong:\n{flaw[:_TOLD]}"
        "\n\nGive the whole answer again, corrected. JSON alone."
    )
