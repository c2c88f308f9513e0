"""Google through Vertex: what the environment says reaches the adapter and the catalogue, and the token no log."""

from datetime import date

import pytest

from kit.settings import read
from orchestrator.replaying.command import books_of
from orchestrator.settings import Settings
from providers.google import GoogleProvider
from providers.redact import HIDDEN
from providers.registry import build
from providers.worker.serve import _access
from providers.worker.settings import WorkerSettings

TOKEN = "canary-token-5tYb8nMq3Ks"  # noqa: S105  nobody's
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _storage(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"GROOVE_S3_{name}", f"http://{name.lower()}")


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> WorkerSettings:
    for name, value in {"PROJECT": "proj", "LOCATION": "us-central1", "TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"GROOVE_VERTEX_{name}", value)
    monkeypatch.setenv("GROOVE_GOOGLE_POLL_S", "3")
    return read(WorkerSettings)


async def test_the_adapter_speaks_with_the_project_that_is_set(settings: WorkerSettings) -> None:
    access = _access(settings)
    assert access.google_vertex is not None
    assert (access.google_vertex.project, access.google_vertex.location) == ("proj", "us-central1")
    assert access.google_poll_s == 3
    google = build({"google"}, access)["google"]
    assert isinstance(google, GoogleProvider)
    await google.close()


def test_the_token_is_hidden(settings: WorkerSettings) -> None:
    assert TOKEN not in repr(settings) + repr(_access(settings))
    assert settings.redactor.scrub(f"Bearer {TOKEN}") == f"Bearer {HIDDEN}"


def test_without_a_project_there_is_no_vertex(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROOVE_VERTEX_PROJECT", "")
    assert _access(read(WorkerSettings)).google_vertex is None


def test_the_catalogue_of_a_project_has_what_vertex_has(settings: WorkerSettings) -> None:
    told = read(Settings)
    assert told.vertex_project == settings.vertex_project
    here, there = (books_of(("google",), vertex=vertex)(TODAY) for vertex in (False, True))
    model = "gemini-2.5-flash-lite"
    assert [book.find("google", model).status for book in (here, there)] == ["active", "retired"]  # type: ignore[union-attr]  # both know it
