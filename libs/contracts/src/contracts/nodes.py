"""Ports and parameters: what a node type declares about itself."""

from enum import StrEnum
from typing import Any, Literal

from contracts.base import Message
from contracts.subjects import Queue


class PortType(StrEnum):
    IMAGE = "image"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    CHARACTER = "character"
    STORYBOARD = "storyboard"
    ANY = "any"

    def accepts(self, other: "PortType") -> bool:
        """Whether an input of this type takes an output of the other."""
        return self is PortType.ANY or self is other


class InputPort(Message):
    name: str
    type: PortType
    many: bool = False
    optional: bool = False


class OutputPort(Message):
    name: str
    type: PortType


class Param(Message):
    """One parameter of a node type, from which its JSON Schema, its form and its check are made."""

    name: str
    kind: Literal["string", "integer", "number", "boolean"]
    title: str = ""
    help: str = ""
    required: bool = False
    default: str | int | float | bool | None = None
    choices: tuple[str | int, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    """Characters."""
    multiline: bool = False

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": self.kind, "title": self.title or self.name.replace("_", " ").capitalize()}
        for key, value in (
            ("description", self.help or None),
            ("default", self.default),
            ("enum", list(self.choices) or None),
            ("minimum", self.minimum),
            ("maximum", self.maximum),
            ("maxLength", self.max_length),
            ("format", "multiline" if self.multiline else None),
        ):
            if value is not None:
                schema[key] = int(value) if self.kind == "integer" and isinstance(value, float) else value
        return schema

    def flaw(self, value: object) -> str | None:
        """What is wrong with a value, as the end of a sentence that begins with the parameter's name."""
        if self.kind == "boolean":
            return None if isinstance(value, bool) else f"must be true or false, not {_shown(value)}"
        if self.kind == "string":
            return self._text_flaw(value)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"must be a number, not {_shown(value)}"
        if value != value or abs(value) == float("inf"):  # noqa: PLR0124  the test for NaN
            return "must be a finite number"
        if self.kind == "integer" and value != int(value):
            return f"must be a whole number, not {value}"
        if self.choices and value not in self.choices:
            return f"must be one of {_listed(self.choices)}, not {value}"
        if self.minimum is not None and value < self.minimum:
            return f"must be at least {self.minimum:g}, not {value}"
        if self.maximum is not None and value > self.maximum:
            return f"must be at most {self.maximum:g}, not {value}"
        return None

    def _text_flaw(self, value: object) -> str | None:
        if not isinstance(value, str):
            return f"must be text, not {_shown(value)}"
        if self.required and not value.strip():
            return "must not be empty"
        if self.choices and value not in self.choices:
            return f"must be one of {_listed(self.choices)}, not {_shown(value)}"
        if self.max_length is not None and len(value) > self.max_length:
            return f"may have at most {self.max_length:,} characters, not {len(value):,}"
        if "\x00" in value:
            return "must not contain NUL characters"
        return None


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."  # noqa: PLR2004  a sentence stays a sentence


def _listed(choices: tuple[str | int, ...]) -> str:
    return ", ".join(str(choice) for choice in choices)


class NodeType(Message):
    name: str
    version: int = 1
    title: str
    help: str
    category: Literal["source", "text", "image", "video", "audio", "character", "result"]
    inputs: tuple[InputPort, ...] = ()
    outputs: tuple[OutputPort, ...] = ()
    params: tuple[Param, ...] = ()
    queue: Queue | None = None
    """Where its tasks wait for a worker; None: the orchestrator answers at once."""
    available: bool = True
    """Whether this release can run it."""
    prompted: bool = False
    """It needs a prompt: the `prompt` param, a connected `prompt` port, or both."""
    cacheable: bool = True

    @property
    def generative(self) -> bool:
        """Whether a provider and a model carry it out."""
        return any(param.name == "model" for param in self.params)

    def input(self, name: str) -> InputPort | None:
        return next((port for port in self.inputs if port.name == name), None)

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)

    def params_schema(self) -> dict[str, Any]:
        """JSON Schema (2020-12) of `params`."""
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": False,
            "properties": {param.name: param.json_schema() for param in self.params},
            "required": [param.name for param in self.params if param.required],
        }
