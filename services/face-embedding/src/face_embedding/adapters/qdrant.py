"""Embeddings in Qdrant: a server, or a directory that this process has for itself. Both through one client."""

import asyncio
import logging
import re
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import SecretStr
from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ApiException, ResponseHandlingException, UnexpectedResponse

from contracts.base import AssetId, CharacterId, ProjectId, UserId
from face_embedding.faces import Engine, Vector
from face_embedding.vectors import BASELINE, Alike, Kept, by_score, collection
from kit.errors import Unavailable
from kit.ids import named_id

_AT_ONCE = 4
_MOST = 10_000
"""Points of one character, and users of one installation, that are looked at."""
_FIELDS = ("project_id", "character_id", "source_asset_id", "model")
_EXISTS = 409
_REFUSED = {401, 403}
T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """Where Qdrant is."""

    url: str | None = None
    api_key: SecretStr | None = None
    path: Path = Path("qdrant")
    """Where there is no server."""
    base: str = "characters"
    """What collections are called."""
    timeout_s: int = 10

    @property
    def named(self) -> str:
        return self.url or str(self.path)


class QdrantVectors:
    def __init__(self, place: Place, engine: Engine) -> None:
        """Open it. A server need not answer yet; a directory must be free.

        Raises:
            Unavailable: another process has the directory.
        """
        self.collection = collection(place.base, engine)
        self._place, self._engine = place, engine
        # the local store is SQLite, which stays in one thread
        self._threads = ThreadPoolExecutor(_AT_ONCE if place.url else 1, thread_name_prefix="qdrant")
        self._client = self._threads.submit(_opened, place).result()
        self._there = False
        self._stone = named_id("filled", engine.name)

    async def keep(self, points: Sequence[Kept]) -> None:
        if points:
            await self._run(lambda c: c.upsert(self.collection, [self._point(one) for one in points], wait=True))

    async def of_character(self, user: UserId, character: CharacterId) -> list[Kept]:
        where = self._where(user_id=user, character_id=character)
        found, _ = await self._run(
            lambda c: c.scroll(self.collection, where, limit=_MOST, with_payload=True, with_vectors=True)
        )
        return [_kept(one) for one in found]

    async def alike(self, user: UserId, vector: Vector, limit: int, project: ProjectId | None = None) -> list[Alike]:
        where = self._where(user_id=user, saved=True, **({"project_id": project} if project else {}))
        answer = await self._run(
            lambda c: c.query_points_groups(
                self.collection,
                group_by="character_id",
                query=vector.tolist(),
                query_filter=where,
                limit=limit,
                group_size=1,
                with_payload=True,
            )
        )
        hits = [group.hits[0] for group in answer.groups]
        told = [(hit.payload or {}, float(hit.score)) for hit in hits]
        found = [Alike(CharacterId(p["character_id"]), AssetId(p["source_asset_id"]), score) for p, score in told]
        return sorted(found, key=by_score, reverse=True)

    async def forget(
        self, *, user: UserId | None = None, character: CharacterId | None = None, asset: AssetId | None = None
    ) -> None:
        said = {"user_id": user, "character_id": character, "source_asset_id": asset}
        named = {key: value for key, value in said.items() if value is not None}
        if not named:
            raise ValueError("forget whom?")
        selector = models.FilterSelector(filter=_of(**named))

        def gone(client: QdrantClient) -> None:
            for name in self._all(client):
                client.delete(name, selector, wait=True)

        await self._run(gone)

    async def users(self) -> set[UserId]:
        def asked(client: QdrantClient) -> set[UserId]:
            facets = (client.facet(name, "user_id", limit=_MOST, exact=True) for name in self._all(client))
            return {UserId(str(hit.value)) for facet in facets for hit in facet.hits}

        return await self._run(asked)

    async def count(self) -> int:
        """Faces of this engine."""
        return int((await self._run(lambda c: c.count(self.collection, self._where(), exact=True))).count)

    async def filled(self) -> bool:
        return bool(await self._run(lambda c: c.retrieve(self.collection, [self._stone])))

    async def fill(self) -> None:
        # a point that is nobody's, and so in no answer: a server keeps nothing else of ours
        nobody = [1.0, *[0.0] * (self._engine.dimension - 1)]
        stone = models.PointStruct(id=self._stone, vector=nobody, payload={"filled": self._engine.name})
        await self._run(lambda c: c.upsert(self.collection, [stone], wait=True))

    async def clear(self) -> None:
        await self._run(lambda c: c.delete(self.collection, models.PointIdsList(points=[self._stone]), wait=True))
        selector = models.FilterSelector(filter=self._where())
        await self._run(lambda c: c.delete(self.collection, selector, wait=True))

    async def reachable(self) -> None:
        await self._run(lambda c: c.collection_exists(self.collection))

    def close(self) -> None:
        self._threads.submit(self._client.close).result()
        self._threads.shutdown()

    async def _run(self, work: Callable[[QdrantClient], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._asked, work)

    def _asked(self, work: Callable[[QdrantClient], T]) -> T:
        try:
            if not self._there:
                _ensure(self._client, self.collection, self._engine, local=not self._place.url)
                self._there = True
            return work(self._client)
        except UnexpectedResponse as error:
            self._there = False  # it may be another server by now
            if error.status_code in _REFUSED:
                raise Unavailable(
                    f"Qdrant at {self._place.named} refuses the API key (GROOVE_QDRANT_API_KEY)"
                ) from error
            raise Unavailable(f"Qdrant at {self._place.named} answered {error.status_code}") from error
        except (ApiException, ResponseHandlingException, OSError) as error:
            raise Unavailable(f"Qdrant at {self._place.named} does not answer ({type(error).__name__})") from error

    def _all(self, client: QdrantClient) -> list[str]:
        """Ours, of every engine that ever was."""
        base = self._place.base
        names = [one.name for one in client.get_collections().collections]
        return [name for name in names if re.fullmatch(rf"{re.escape(base)}({BASELINE}|-\d+)?", name)]

    def _where(self, **said: str | bool) -> models.Filter:
        return _of(**said, model=self._engine.name)

    def _point(self, one: Kept) -> models.PointStruct:
        id_ = named_id("face", self._engine.name, one.user_id, one.character_id, one.source_asset_id)
        payload = {
            "user_id": one.user_id,
            "project_id": one.project_id,
            "character_id": one.character_id,
            "source_asset_id": one.source_asset_id,
            "model": self._engine.name,
            "quality": one.quality,
            "face": one.face,
            "saved": one.saved,
        }
        return models.PointStruct(id=id_, vector=one.vector.tolist(), payload=payload)


def _of(**said: str | bool) -> models.Filter:
    return models.Filter(
        must=[models.FieldCondition(key=key, match=models.MatchValue(value=value)) for key, value in said.items()]
    )


def _opened(place: Place) -> QdrantClient:
    if place.url:
        key = place.api_key.get_secret_value() if place.api_key else None
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # a key over plain http: who sets it up decides that, see docs/characters.md
            return QdrantClient(url=place.url, api_key=key, timeout=place.timeout_s, check_compatibility=False)
    try:
        place.path.mkdir(parents=True, exist_ok=True)
        return QdrantClient(path=str(place.path))
    except OSError as error:
        raise Unavailable(
            f"the directory {place.path} cannot be written ({error.strerror}): set GROOVE_QDRANT_PATH"
        ) from error
    except RuntimeError as error:
        raise Unavailable(
            f"another process has the vectors in {place.path}. One process at a time may use a directory: "
            "stop the other one, or run a Qdrant server for both and set GROOVE_QDRANT_URL"
        ) from error


def _ensure(client: QdrantClient, name: str, engine: Engine, *, local: bool) -> None:
    """Have the collection, with its indexes. A local one has none."""
    if client.collection_exists(name):
        return
    try:
        client.create_collection(
            name,
            vectors_config=models.VectorParams(size=engine.dimension, distance=models.Distance.COSINE),
            # one small graph per user, and none over all of them: nobody searches among others' faces
            hnsw_config=models.HnswConfigDiff(m=0, payload_m=16),
        )
    except UnexpectedResponse as error:
        if error.status_code != _EXISTS:
            raise
    if local:
        return
    keyword = models.KeywordIndexType.KEYWORD
    client.create_payload_index(name, "user_id", models.KeywordIndexParams(type=keyword, is_tenant=True))
    for key in _FIELDS:
        client.create_payload_index(name, key, models.KeywordIndexParams(type=keyword))


def _kept(record: Any) -> Kept:
    payload = record.payload
    return Kept(
        user_id=UserId(payload["user_id"]),
        project_id=ProjectId(payload["project_id"]),
        character_id=CharacterId(payload["character_id"]),
        source_asset_id=AssetId(payload["source_asset_id"]),
        vector=np.asarray(record.vector, np.float32),
        quality=float(payload.get("quality", 0)),
        face=int(payload.get("face", 0)),
        saved=bool(payload.get("saved", True)),
    )
