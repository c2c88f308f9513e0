"""What the service and its commands are built of, from settings."""

import logging
from dataclasses import dataclass
from pathlib import Path

from face_embedding.adapters.qdrant import Place, QdrantVectors
from face_embedding.engines.baseline import Baseline
from face_embedding.faces import Engine
from face_embedding.looking import Eyes
from face_embedding.models import Shelf
from face_embedding.settings import FaceSettings
from kit.objects_s3 import S3Objects
from kit.presign import Keys

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Parts:
    eyes: Eyes
    vectors: QdrantVectors
    objects: S3Objects


def parts(settings: FaceSettings) -> Parts:
    """Build them.

    Raises:
        BadModels: the directory of models cannot be used.
        Unavailable: another process has the directory of vectors.
    """
    engine = engine_of(settings)
    vectors = QdrantVectors(place_of(settings), engine)
    return Parts(Eyes(engine, settings.slots), vectors, _objects(settings))


def engine_of(settings: FaceSettings) -> Engine:
    folder = settings.face_models or Shelf(settings.data).used()
    if folder is None:
        log.warning(
            "no weights: faces are compared by the classical baseline, which does not know people. "
            "Add weights with `groove models add`, or set GROOVE_FACE_MODELS",
            extra={"engine": Baseline.name},
        )
        return Baseline(settings.face_threshold)
    return _insight(folder, settings)


def _insight(folder: Path, settings: FaceSettings) -> Engine:
    from face_embedding.engines.insight import InsightFace  # noqa: PLC0415  a hundred megabytes, for who has weights

    engine = InsightFace(folder, threads=settings.face_threads, threshold=settings.face_threshold)
    log.info("weights are loaded", extra={"engine": engine.name, "on": engine.on, "directory": str(folder)})
    return engine


def place_of(settings: FaceSettings) -> Place:
    path = settings.qdrant_path or settings.data / "qdrant"
    return Place(settings.qdrant_url, settings.qdrant_api_key, path, settings.qdrant_collection)


def _objects(settings: FaceSettings) -> S3Objects:
    secrets = (settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value())
    return S3Objects(settings.s3_endpoint, settings.s3_bucket, Keys(*secrets, settings.s3_region))
