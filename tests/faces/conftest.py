"""InsightFace's own code on models of a few kilobytes, and vectors in a Qdrant of each test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from face_embedding.adapters.qdrant import Place, QdrantVectors
from face_embedding.engines.baseline import Baseline
from face_embedding.engines.insight import InsightFace
from face_embedding.looking import Eyes
from kit.objects_memory import MemoryObjects


@pytest.fixture(scope="session")
def insight(face_models: Path) -> InsightFace:
    return InsightFace(face_models)


@pytest.fixture(scope="session")
def baseline() -> Baseline:
    return Baseline()


@pytest.fixture
def eyes(insight: InsightFace) -> Iterator[Eyes]:
    looking = Eyes(insight)
    yield looking
    looking.close()


@pytest.fixture
def vectors(tmp_path: Path, insight: InsightFace) -> Iterator[QdrantVectors]:
    kept = QdrantVectors(Place(path=tmp_path / "qdrant"), insight)
    yield kept
    kept.close()


@pytest.fixture
def objects() -> MemoryObjects:
    return MemoryObjects()
