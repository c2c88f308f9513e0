"""`groove models`: weights are checked by loading them, told with their licence, and taken when the service starts."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from face_embedding.building import engine_of
from face_embedding.models import Shelf
from face_embedding.settings import FaceSettings
from groove.cli import app


def told(tmp_path: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "data")])
    return done.exit_code, done.output


def settings(tmp_path: Path) -> FaceSettings:
    s3 = {"s3_endpoint": "http://127.0.0.1:1", "s3_access_key": "a", "s3_secret_key": "b"}
    return FaceSettings(data=tmp_path / "data", **s3)  # type: ignore[arg-type]  # as the environment would say it


def test_weights_that_are_added_are_taken_at_the_next_start(face_models: Path, tmp_path: Path) -> None:
    code, said = told(tmp_path, "models", "list")
    assert (code, "classical baseline" in said) == (0, True)
    assert engine_of(settings(tmp_path)).name == "baseline/lbp-hog"

    code, said = told(tmp_path, "models", "add", str(face_models))
    assert code == 0, said
    for words in ("det_tiny.onnx", "finds faces", "tells people apart", "guesses age", "non-commercial research only"):
        assert words in said
    assert engine_of(settings(tmp_path)).name == "insightface/tiny"

    code, said = told(tmp_path, "models", "add", str(face_models), "--name", "mine", "--json")
    assert (code, json.loads(said)["name"]) == (0, "mine")
    assert engine_of(settings(tmp_path)).name == "insightface/mine"
    code, said = told(tmp_path, "models", "list")
    assert said.splitlines() == ["* mine", "  tiny"]


@pytest.mark.parametrize("name", ["../elsewhere", "", ".hidden"])
def test_a_name_stays_within_its_directory(face_models: Path, tmp_path: Path, name: str) -> None:
    code, said = told(tmp_path, "models", "add", str(face_models), "--name", name)
    if name:
        assert (code, "is no name for models" in said) == (1, True)
    assert not (tmp_path / "elsewhere").exists()


def test_what_cannot_be_used_changes_nothing(face_models: Path, tmp_path: Path) -> None:
    told(tmp_path, "models", "add", str(face_models))
    bad = tmp_path / "bad"
    shutil.copytree(face_models, bad)
    (bad / "w_tiny.onnx").write_bytes(b"this is no model")
    code, said = told(tmp_path, "models", "add", str(bad), "--name", "tiny")
    assert (code, "Not added: w_tiny.onnx cannot be loaded" in said) == (1, True)
    code, said = told(tmp_path, "models", "add", str(tmp_path / "nowhere"), "--json")
    assert (code, json.loads(said)["title"]) == (1, "Not added")
    used = Shelf(tmp_path / "data").used()
    assert used is not None
    assert (used / "w_tiny.onnx").stat().st_size > 1_000
