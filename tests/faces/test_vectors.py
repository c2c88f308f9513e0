"""Vectors in Qdrant's own local store, and what a server is asked for."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from contracts.base import AssetId, CharacterId
from face_embedding.adapters.qdrant import Place, QdrantVectors
from face_embedding.engines.baseline import Baseline
from face_embedding.engines.insight import InsightFace
from faces.world import ANN, BOB, OTHER, P2, USER, kept
from groove_local.ports import free_port
from kit.errors import Unavailable
from support.tiny_faces import face

A = CharacterId(f"c{ANN}")


async def test_a_face_that_is_kept_again_is_the_same_point(vectors: QdrantVectors, insight: InsightFace) -> None:
    for _ in range(2):
        await vectors.keep([kept(insight, ANN), kept(insight, ANN, 1)])
    assert await vectors.count() == 2
    again = await vectors.of_character(USER, A)
    assert {one.source_asset_id for one in again} == {f"a{ANN}-0", f"a{ANN}-1"}
    assert again[0].vector @ again[1].vector > 0.9


async def test_the_most_alike_come_first_and_each_character_once(vectors: QdrantVectors, insight: InsightFace) -> None:
    await vectors.keep([kept(insight, person, variant) for person in (ANN, BOB) for variant in (0, 1)])
    found = await vectors.alike(USER, insight.find(face(BOB, 2))[0].vector, 10)
    assert [one.character_id for one in found] == [f"c{BOB}", A]
    assert found[0].score > insight.threshold > found[1].score


async def test_nobody_finds_the_faces_of_others(vectors: QdrantVectors, insight: InsightFace) -> None:
    await vectors.keep([kept(insight, ANN), kept(insight, ANN, user=OTHER, character_id=CharacterId("theirs"))])
    vector = insight.find(face(ANN))[0].vector
    assert [one.character_id for one in await vectors.alike(USER, vector, 10)] == [A]
    assert [one.character_id for one in await vectors.alike(OTHER, vector, 10)] == ["theirs"]
    assert await vectors.alike(USER, vector, 10, P2) == []
    assert await vectors.of_character(OTHER, A) == []
    assert await vectors.users() == {USER, OTHER}


async def test_who_was_only_looked_at_by_a_node_is_no_saved_character(
    vectors: QdrantVectors, insight: InsightFace
) -> None:
    await vectors.keep([kept(insight, ANN, saved=False)])
    assert await vectors.alike(USER, insight.find(face(ANN))[0].vector, 10) == []
    assert len(await vectors.of_character(USER, A)) == 1


async def test_engines_never_mix_in_one_search(insight: InsightFace, baseline: Baseline, tmp_path: Path) -> None:
    class Later(InsightFace):
        """Other weights with as many numbers: in the same collection."""

        def __init__(self, one: InsightFace) -> None:
            self.__dict__.update(one.__dict__)
            self.name = "insightface/later"

    place, point = Place(path=tmp_path / "qdrant"), kept(insight, ANN)
    with closing(QdrantVectors(place, insight)) as vectors:
        await vectors.keep([point])
        assert vectors.collection == "characters"
    with closing(QdrantVectors(place, Later(insight))) as vectors:
        assert vectors.collection == "characters"
        assert await vectors.alike(USER, point.vector, 10) == []
        assert await vectors.of_character(USER, A) == []
        await vectors.keep([kept(insight, ANN)])
    with closing(QdrantVectors(place, baseline)) as vectors:
        assert vectors.collection == "characters-baseline"
        assert await vectors.of_character(USER, A) == []
        await vectors.forget(character=A)  # of every engine
    with closing(QdrantVectors(place, insight)) as vectors:
        assert (await vectors.count(), await vectors.users()) == (0, set())


async def test_a_person_who_is_deleted_is_gone_to_the_last_vector(vectors: QdrantVectors, insight: InsightFace) -> None:
    await vectors.keep([kept(insight, person, variant) for person in (ANN, BOB) for variant in (0, 1)])
    await vectors.forget(character=A, asset=AssetId(f"a{ANN}-1"))
    assert await vectors.count() == 3
    await vectors.forget(character=A)
    assert await vectors.of_character(USER, A) == []
    assert await vectors.count() == 2
    await vectors.forget(user=USER)
    assert (await vectors.count(), await vectors.users()) == (0, set())
    with pytest.raises(ValueError, match="whom"):
        await vectors.forget()


async def test_what_was_kept_is_there_after_a_restart(insight: InsightFace, tmp_path: Path) -> None:
    place = Place(path=tmp_path / "qdrant")
    with closing(QdrantVectors(place, insight)) as vectors:
        assert not await vectors.filled()
        await vectors.keep([kept(insight, ANN)])
        await vectors.fill()
    with closing(QdrantVectors(place, insight)) as vectors:
        assert (await vectors.count(), await vectors.filled()) == (1, True)
        await vectors.clear()
        assert (await vectors.count(), await vectors.filled()) == (0, False)


def test_a_second_process_on_the_same_directory_is_told_so(vectors: QdrantVectors, tmp_path: Path) -> None:
    del vectors  # it is open
    said = subprocess.run(
        (sys.executable, "-m", "face_embedding.main"),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={
            "GROOVE_DATA": str(tmp_path),
            "GROOVE_S3_ENDPOINT": "http://127.0.0.1:1",
            "GROOVE_S3_ACCESS_KEY": "a",
            "GROOVE_S3_SECRET_KEY": "b",
        },
    )
    assert said.returncode == 69
    last = said.stderr.splitlines()[-1]
    assert last.startswith("the face service cannot start: another process has the vectors in ")
    assert "GROOVE_QDRANT_URL" in last


class Server(ThreadingHTTPServer):
    """Answers as an empty Qdrant does, and remembers what it was asked."""

    def __init__(self, port: int) -> None:
        self.asked: list[tuple[str, str, dict[str, object]]] = []
        self.keys: set[str | None] = set()
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, path, json.loads(body) if body else {}))
        self.server.keys.add(self.headers.get("api-key"))
        result: object = {"exists": False} if path.endswith("/exists") else {"count": 0} if "count" in path else True
        if "/index" in path:
            result = {"operation_id": 1, "status": "completed"}
        said = json.dumps({"result": result, "status": "ok", "time": 0.0}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_PUT = do_POST = _answer  # noqa: N815  the library's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def away(port: int, insight: InsightFace) -> Iterator[QdrantVectors]:
    """A server that does not answer yet."""
    place = Place(url=f"http://127.0.0.1:{port}", api_key=SecretStr("a-key-of-qdrant"), timeout_s=2)
    with closing(QdrantVectors(place, insight)) as vectors:
        yield vectors


async def test_a_server_that_is_away_is_asked_again_and_given_one_small_graph_per_user(
    away: QdrantVectors, port: int
) -> None:
    with pytest.raises(Unavailable, match="does not answer") as error:
        await away.reachable()
    assert "a-key" not in str(error.value)
    server = Server(port)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        assert await away.count() == 0
    finally:
        server.shutdown()
        server.server_close()
    made = next(body for method, path, body in server.asked if (method, path) == ("PUT", "/collections/characters"))
    assert made["vectors"] == {"size": 512, "distance": "Cosine"}
    assert made["hnsw_config"] == {"m": 0, "payload_m": 16}
    indexes = [body for _, path, body in server.asked if path.endswith("/index")]
    assert {str(body["field_name"]) for body in indexes} >= {"user_id", "project_id", "character_id", "model"}
    (tenant,) = [body["field_schema"] for body in indexes if body["field_name"] == "user_id"]
    assert tenant == {"type": "keyword", "is_tenant": True}
    assert server.keys == {"a-key-of-qdrant"}
