"""Films by long-running operations of Vertex: the request in Google's words, and what an operation says. No IO."""

from typing import Any

from google.genai import types

from contracts.failures import FailureKind
from providers.google.asking import NAME
from providers.google.films import aspect_ratio, resolution, seconds, shot
from providers.google.interactions import Film
from providers.google.verdicts import filtered, verdict
from providers.interface import Media, Prepared, ProviderError

_SEEDS = 2**31


def order(prepared: Prepared) -> tuple[types.GenerateVideosSource, types.GenerateVideosConfig]:
    """Give what an operation is begun with. All results that are wanted are one operation."""
    request, chosen = prepared.request, shot(prepared.request)
    params = request.params
    film = chosen.film
    source = types.GenerateVideosSource(
        prompt=prepared.prompt_sent,
        image=_image(chosen.first) if chosen.first and not chosen.references else None,
        video=types.Video(video_bytes=film.data, mime_type=film.mime) if film else None,
    )
    references = [*([chosen.first] if chosen.first and chosen.references else []), *chosen.references]
    config = types.GenerateVideosConfig(
        number_of_videos=int(params.get("count", 1)),
        duration_seconds=None if film else seconds(request),
        seed=request.seed % _SEEDS,
        aspect_ratio=aspect_ratio(request) or None,
        resolution=resolution(request) or None,
        negative_prompt=str(params.get("negative_prompt", "")).strip() or None,
        generate_audio=bool(params["audio"]) if "audio" in params else None,
        last_frame=_image(chosen.last) if chosen.last and not chosen.references else None,
        reference_images=[
            types.VideoGenerationReferenceImage(
                image=_image(one), reference_type=types.VideoGenerationReferenceType.ASSET
            )
            for one in references
        ]
        or None,
    )
    return source, config


def _image(one: Media) -> types.Image:
    return types.Image(image_bytes=one.data, mime_type=one.mime)


def films(operation: types.GenerateVideosOperation) -> list[Film]:
    """Give the films of an operation that is done.

    Raises:
        ProviderError: it failed, or all of them were held back.
    """
    if operation.error:
        error: dict[str, Any] = operation.error
        raise verdict(error.get("code"), str(error.get("message") or ""))
    response = operation.response or operation.result
    made = [_film(one.video) for one in (response.generated_videos if response else None) or () if one.video]
    if found := [one for one in made if one]:
        return found
    if response and response.rai_media_filtered_count:
        raise filtered(list(response.rai_media_filtered_reasons or ()))
    raise ProviderError(FailureKind.NO_OUTPUT, "Google answered without a film.", provider=NAME)


def _film(video: types.Video) -> Film | None:
    mime = video.mime_type or "video/mp4"
    if video.video_bytes:
        return Film(data=video.video_bytes, mime=mime)
    return Film(uri=video.uri, mime=mime) if video.uri else None


def held_back(operation: types.GenerateVideosOperation) -> int:
    """How many of the films that were wanted a filter held back."""
    response = operation.response or operation.result
    return (response.rai_media_filtered_count or 0) if response else 0
