"""What the face service is told by its environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from kit.settings import LOCAL_DATA
from providers.worker.settings import WorkerSettings


class FaceSettings(WorkerSettings):
    slots: int = 2
    data: Path = LOCAL_DATA
    """Where models that were added and, without a server, vectors are kept."""
    face_models: Path | None = None
    """A directory of InsightFace models. Unset: what `groove models add` put in; without any, the baseline."""
    face_threshold: Annotated[float, Field(gt=-1, lt=1)] | None = None
    """From this cosine on two faces are taken for the same person's. Unset: the engine's own."""
    face_threads: Annotated[int, Field(ge=1, le=64)] = 2
    """Of one look at a picture. As many pictures as there are slots are looked at together."""
    qdrant_url: str | None = None
    """A Qdrant server. Unset: vectors lie in a directory, which one process has for itself."""
    qdrant_api_key: SecretStr | None = None
    qdrant_path: Path | None = None
    """That directory. Unset: `qdrant` below `data`."""
    qdrant_collection: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")] = "characters"
    """What the collection is called; that of the baseline has `-baseline` after it."""
