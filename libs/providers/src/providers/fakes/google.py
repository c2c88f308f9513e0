"""The Gemini API as its bytes are: `python -m providers.fakes.google --port 8085`.

Answers `:generateContent` of the Gemini API and of Vertex with real pictures and plausible counts of tokens, makes
films by interactions and long-running operations (`google_films`), refuses what Google refuses, and plays a script of
faults. Every call is kept. Standalone, `POST /_script {kind, ...}` adds a fault, `POST /_studio {looks, held}` says how
long films take, and `GET /_calls` shows the calls.
"""

import argparse
import asyncio
import base64
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from providers import catalogue
from providers.fakes import google_faults as faults
from providers.fakes.google_faults import JOB_FAULTS, Fault
from providers.fakes.google_films import Studio
from providers.fakes.google_speech import spoken
from providers.fakes.http import Call, HangUp, Reply, Server, answer
from providers.fakes.picture import png, size_of

_PATH = re.compile(
    r"^/v1[a-z0-9]*/(?P<cloud>projects/[^/]+/locations/[^/]+/publishers/google/)?models/(?P<model>[^/:]+):generateContent$"
)
_TOP = frozenset(
    {"contents", "systemInstruction", "safetySettings", "generationConfig", "tools", "toolConfig", "labels"}
)
_IMAGE_TOKENS = {"512": 750, "1K": 1_120, "2K": 1_680, "4K": 2_520}
_TOKENS_PER_PICTURE = 258
_CHARS_PER_TOKEN = 4
_THOUGHTS = 24


@dataclass
class Seen:
    """One call, as it came, and what became of it."""

    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: Any = field(repr=False)
    outcome: str = "ok"
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)


class FakeGoogle:
    """Started on a port of this machine; `script` says what goes wrong, in order, `calls` what was asked."""

    def __init__(self, port: int = 0) -> None:
        self.script: list[Fault] = []
        self.calls: list[Seen] = []
        self._server = Server(self.handle, port)
        self.studio = Studio(self._strike, lambda: self.url)

    @property
    def url(self) -> str:
        return self._server.url

    async def start(self) -> None:
        await self._server.start()

    async def close(self) -> None:
        await self._server.close()

    async def handle(self, call: Call) -> Reply:
        if call.path == "/_script":
            self.script.append(Fault(**call.json()))
            return answer({"ok": True})
        if call.path == "/_studio":
            self.studio.looks = int(call.json().get("looks", self.studio.looks))
            self.studio.held = bool(call.json().get("held", self.studio.held))
            return answer({"looks": self.studio.looks, "held": self.studio.held, "jobs": list(self.studio.works)})
        if call.path == "/_calls":
            return answer([{"path": seen.path, "body": seen.body, "outcome": seen.outcome} for seen in self.calls])
        if re.fullmatch(r"/v1[a-z0-9]*/models", call.path):
            return answer({"models": [{"name": f"models/{model.id}"} for model in catalogue.book({"google"}).models]})
        seen = Seen(call.path, call.headers, _json(call), method=call.method, query=call.query)
        self.calls.append(seen)
        if self.studio.knows(call.path):
            reply, seen.outcome = await self.studio.handle(call, seen.body)
            if reply is None:
                raise HangUp
            return reply
        return await self._generate(call, seen)

    async def _generate(self, call: Call, seen: Seen) -> Reply:
        path = _PATH.match(call.path)
        if refusal := _refusal(call, path, seen.body):
            seen.outcome = "refused"
            return refusal
        good = _answer(path["model"] if path else "", seen.body)
        fault = self._strike(json.dumps(seen.body))
        if fault is None:
            return answer(good)
        seen.outcome = fault.kind
        if fault.kind == "cut":
            raise HangUp
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            return answer(good)
        return faults.play(fault, good, call)

    def _strike(self, text: str, *kinds: str) -> Fault | None:
        """Take the first planned fault that fits, once: of these kinds, or else of any that is not about a job."""
        for index, fault in enumerate(self.script):
            if fault.match in text and (fault.kind in kinds if kinds else fault.kind not in JOB_FAULTS):
                left = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self.script[index : index + 1] = left
                return fault
        return None


def _json(call: Call) -> Any:
    try:
        return call.json()
    except ValueError:
        return None


def _refusal(call: Call, path: re.Match[str] | None, body: object) -> Reply | None:
    """What the real one refuses whatever it is asked."""
    if path is None:
        return faults.error(404, "NOT_FOUND", f"not found: {call.path}")
    credential = "authorization" if path["cloud"] else "x-goog-api-key"
    if not call.headers.get(credential):
        return faults.error(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
    model = catalogue.book({"google"}).find("google", path["model"])
    if model is None or model.status == "retired":
        text = f"models/{path['model']} is not found for API version v1, or is not supported for generateContent."
        return faults.error(404, "NOT_FOUND", text)
    if not isinstance(body, dict) or not body.get("contents"):
        return faults.error(400, "INVALID_ARGUMENT", "* GenerateContentRequest.contents: contents is not specified")
    if strange := sorted(set(body) - _TOP):
        return faults.error(400, "INVALID_ARGUMENT", f'Invalid JSON payload received. Unknown name "{strange[0]}"')
    if _wants_picture(body) and "text_to_image" not in model.operations:
        return faults.error(400, "INVALID_ARGUMENT", "Model does not support the requested response modalities: image")
    if _wants_sound(body) != ("text_to_speech" in model.operations):
        wanted = "audio" if _wants_sound(body) else "text"
        return faults.error(
            400, "INVALID_ARGUMENT", f"Model does not support the requested response modalities: {wanted}"
        )
    return None


def _config(body: Mapping[str, Any]) -> Mapping[str, Any]:
    config: Mapping[str, Any] = body.get("generationConfig") or {}
    return config


def _wants_picture(body: Mapping[str, Any]) -> bool:
    return "IMAGE" in (_config(body).get("responseModalities") or ())


def _wants_sound(body: Mapping[str, Any]) -> bool:
    return "AUDIO" in (_config(body).get("responseModalities") or ())


def _answer(model: str, body: Mapping[str, Any]) -> dict[str, Any]:
    parts = [part for content in body["contents"] for part in content["parts"]]
    words = " ".join(part["text"] for part in parts if "text" in part)
    pictures = [part["inlineData"]["data"] for part in parts if "inlineData" in part]
    usage = {
        "promptTokenCount": len(words) // _CHARS_PER_TOKEN + 1 + len(pictures) * _TOKENS_PER_PICTURE,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": len(words) // _CHARS_PER_TOKEN + 1}],
    }
    if _wants_picture(body):
        made, tokens, modality = _painted(words, pictures, _config(body))
    elif _wants_sound(body):
        made, tokens, modality = spoken(words, _config(body))
    else:
        made, tokens, modality = _written(model, words, pictures, _config(body))
        usage["thoughtsTokenCount"] = _THOUGHTS
    usage |= {"candidatesTokenCount": tokens, "candidatesTokensDetails": [{"modality": modality, "tokenCount": tokens}]}
    usage["totalTokenCount"] = sum(value for value in usage.values() if isinstance(value, int))
    return {
        "candidates": [{"content": {"role": "model", "parts": made}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": usage,
        "modelVersion": model,
        "responseId": "fake-response",
    }


def _painted(words: str, pictures: list[str], config: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int, str]:
    canvas = config.get("imageConfig") or {}
    essence = json.dumps([words, [picture[-64:] for picture in pictures], config.get("seed")])
    data = png(essence, *size_of(canvas.get("aspectRatio", "1:1")))
    blob = {"mimeType": "image/png", "data": base64.b64encode(data).decode()}
    made: list[dict[str, Any]] = [
        {"text": "Thinking of a picture", "thought": True},
        {"text": "Here it is."},
        {"inlineData": blob},
    ]
    return made, _IMAGE_TOKENS[canvas.get("imageSize", "1K")], "IMAGE"


def _written(
    model: str, words: str, pictures: list[str], config: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], int, str]:
    if schema := config.get("responseJsonSchema"):
        text = json.dumps(sample(schema, schema.get("$defs", {})))
    else:
        seen = f" after {len(pictures)} picture(s)" if pictures else ""
        text = f"{model} says{seen}: {words}"
    return [{"text": "Hm.", "thought": True}, {"text": text}], len(text) // _CHARS_PER_TOKEN + 1, "TEXT"


def sample(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    """Give the least value that fits a JSON Schema as pydantic writes them."""
    if "$ref" in schema:
        return sample(known[schema["$ref"].rpartition("/")[2]], known)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: sample(part, known) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema["items"], known) for _ in range(max(1, schema.get("minItems", 1)))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case _:
            return "something"


async def serve(port: int) -> None:
    fake = FakeGoogle(port)
    await fake.start()
    sys.stdout.write(f"{fake.url}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await fake.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake of the Gemini API.")
    parser.add_argument("--port", type=int, default=8085, help="0: any free one, printed on the first line")
    asyncio.run(serve(parser.parse_args().port))


if __name__ == "__main__":
    main()
