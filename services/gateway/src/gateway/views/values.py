"""Values as the API shows them: with an address where the bytes can be had."""

from typing import Any

from contracts.storyboard import StoryboardValue
from contracts.values import CharacterValue, MediaValue, Outputs, TextValue, Value

Json = dict[str, Any]
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "image/avif": "avif",
    "text/plain": "txt",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
}
VARIANTS = {"image": ("thumbnail",), "audio": ("thumbnail",), "video": ("thumbnail", "poster", "preview")}
"""Pictures that are made of each kind of media."""
FOLDERS = {"thumbnail": "thumbs", "poster": "posters", "preview": "previews"}
"""Where in object storage, under the digest of what they show."""


def original_url(asset_id: str, mime: str) -> str:
    return f"/media/{asset_id}/original.{EXTENSIONS.get(mime, 'bin')}"


def shown(value: Value) -> Json:
    match value:
        case TextValue():
            if value.sha256 is None:
                return {"type": "text", "text": value.text}
            # its id is its digest: whoever made it may read it
            return {
                "type": "text",
                "text": value.text,
                "sha256": value.sha256,
                "url": original_url(value.sha256, "text/plain"),
            }
        case MediaValue():
            return media_shown(value)
        case CharacterValue():
            told = value.model_dump(mode="json", exclude={"references"})
            return told | {"references": [media_shown(one) for one in value.references]}
        case StoryboardValue():
            return value.model_dump(mode="json")


def media_shown(value: MediaValue) -> Json:
    out: Json = {
        "type": value.type,
        "asset_id": value.asset_id,
        "sha256": value.sha256,
        "mime": value.mime,
        "bytes": value.bytes,
    }
    out |= {
        name: number
        for name, number in (("width", value.width), ("height", value.height), ("duration_s", value.duration_s))
        if number is not None
    }
    if value.identity is not None:
        out["identity"] = value.identity.model_dump(mode="json")
    out["url"] = original_url(value.asset_id, value.mime)
    return out | {f"{name}_url": f"/media/{value.asset_id}/{name}.webp" for name in VARIANTS[value.type]}


def outputs_shown(outputs: Outputs) -> dict[str, list[Json]]:
    return {port: [shown(value) for value in values] for port, values in outputs.items()}
