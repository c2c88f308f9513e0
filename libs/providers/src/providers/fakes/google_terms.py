"""What Google refuses of a request for a film: unknown names, values out of range, pictures that do not fit."""

import re
from collections.abc import Mapping
from typing import Any

from providers import catalogue

_TOP = frozenset({"model", "input", "background", "store", "generation_config", "response_format", "webhook_config"})
_FORM = frozenset({"type", "aspect_ratio", "duration", "resolution", "delivery", "gcs_uri"})
_TASKS = frozenset({"text_to_video", "image_to_video", "reference_to_video", "edit", "extend", "upscale"})
_PARAMETERS = frozenset(
    {
        "sampleCount",
        "storageUri",
        "durationSeconds",
        "seed",
        "aspectRatio",
        "resolution",
        "personGeneration",
        "negativePrompt",
        "enhancePrompt",
        "generateAudio",
        "compressionQuality",
    }
)
_INSTANCE = frozenset({"prompt", "image", "lastFrame", "referenceImages", "video"})
_LENGTH = re.compile(r"(\d+)s")


def _unknown(given: Mapping[str, Any], known: frozenset[str]) -> str | None:
    strange = sorted(set(given) - known)
    return f'Invalid JSON payload received. Unknown name "{strange[0]}"' if strange else None


def _gone(name: str) -> str | None:
    model = catalogue.book({"google"}).find("google", name)
    return f"models/{name} is not found." if model is None or model.status == "retired" else None


def flaw_of_interaction(body: Any, *, vertex: bool) -> str | None:
    """Say what is wrong with an interaction that is to make a film. None: nothing."""
    if not isinstance(body, dict) or not body.get("input"):
        return "input is not specified"
    form, config = body.get("response_format") or {}, body.get("generation_config") or {}
    named = _unknown(body, _TOP) or _unknown(form, _FORM) or _unknown(config, frozenset({"video_config"}))
    if flaw := named or _gone(str(body.get("model"))):
        return flaw
    if not body.get("background") or form.get("type") != "video":
        return "This model makes videos, in the background."
    length = _LENGTH.fullmatch(str(form.get("duration", "")))
    if length is None or not 3 <= int(length[1]) <= 15:  # noqa: PLR2004  Google's
        return "duration must be between 3s and 15s"
    if form.get("resolution", "720p") not in {"360p", "720p", "1080p", "4k"}:
        return "resolution is not supported"
    if form.get("aspect_ratio", "16:9") not in {"16:9", "9:16"}:
        return "aspect_ratio is not supported"
    if vertex and form.get("delivery") == "uri" and not form.get("gcs_uri"):
        return "gcs_uri is required for delivery by uri"
    task = str((config.get("video_config") or {}).get("task"))
    if task == "extend" and int(length[1]) > 10:  # noqa: PLR2004  Google's
        return "duration of an extension must be at most 10s"
    return _flaw_of_task(task, body["input"])


def _flaw_of_task(task: str, given: list[dict[str, Any]]) -> str | None:
    parts = [part for step in given for part in step["content"]]
    pictures, films = (sum(part["type"] == kind for part in parts) for kind in ("image", "video"))
    if not any(part["type"] == "text" and part["text"] for part in parts):
        return "A prompt is required."
    match task:
        case "text_to_video" if pictures or films:
            return "text_to_video takes no media"
        case "image_to_video" if not 1 <= pictures <= 2 or films:  # noqa: PLR2004  Google's
            return "image_to_video takes one or two images"
        case "reference_to_video" if not 1 <= pictures <= 6:  # noqa: PLR2004  first frame and five
            return "reference_to_video takes at most 5 images"
        case "extend" if films != 1 or pictures:
            return "extend takes one video"
        case _:
            return None if task in _TASKS else f"task {task} is not known"


def flaw_of_operation(model: str, body: Any) -> str | None:
    """Say what is wrong with a request for a long-running operation. None: nothing."""
    if not isinstance(body, dict) or len(body.get("instances") or ()) != 1:
        return "exactly one instance is needed"
    given, asked = body["instances"][0], body.get("parameters") or {}
    if flaw := _unknown(given, _INSTANCE) or _unknown(asked, _PARAMETERS) or _gone(model):
        return flaw
    if asked.get("durationSeconds", 8) not in {4, 6, 8}:
        return "durationSeconds must be 4, 6 or 8"
    if not 1 <= asked.get("sampleCount", 1) <= 4:  # noqa: PLR2004  Google's
        return "sampleCount must be between 1 and 4"
    if "lastFrame" in given and "image" not in given:
        return "lastFrame needs image"
    if "referenceImages" in given and ("image" in given or len(given["referenceImages"]) > 3):  # noqa: PLR2004
        return "at most 3 referenceImages, and no image"
    return None
