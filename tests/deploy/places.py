"""Where the deployment files are, and what each service reads."""

from pathlib import Path

from pydantic import AliasChoices
from pydantic_settings import BaseSettings

import audio_worker.settings
import face_embedding.settings
import gateway.settings
import image_worker.settings
import orchestrator.settings
import text_worker.settings
import video_worker.settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SETTINGS: dict[str, type[BaseSettings]] = {
    "gateway": gateway.settings.Settings,
    "orchestrator": orchestrator.settings.Settings,
    "text-worker": text_worker.settings.TextWorkerSettings,
    "image-worker": image_worker.settings.ImageWorkerSettings,
    "video-worker": video_worker.settings.VideoWorkerSettings,
    "audio-worker": audio_worker.settings.AudioWorkerSettings,
    "face-embedding": face_embedding.settings.FaceSettings,
}
SERVICES = tuple(SETTINGS)
IMAGES = (*SERVICES, "tools")


def package_of(service: str) -> str:
    return service.replace("-", "_")


def known_names(settings: type[BaseSettings]) -> frozenset[str]:
    """Every environment name that these settings read."""
    prefix = settings.model_config.get("env_prefix", "")
    names: set[str] = set()
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        if isinstance(alias, AliasChoices):
            names.update(str(one) for one in alias.choices)
        else:
            names.add(f"{prefix}{alias or name}".upper())
    return frozenset(names)
