"""`groove demo`: its data, and the whole of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from groove.saving import Saved
from groove_local.demo import MARK, _make_room, make_new
from groove_local.supervisor import Supervisor
from groove_local.trouble import CannotStart

GROOVE = str(Path(sys.executable).with_name("groove"))


def test_the_demo_empties_its_own_data_and_nobody_elses(tmp_path):
    own, foreign = tmp_path / "own", tmp_path / "foreign"
    make_new(own)
    (own / "nats").mkdir()
    make_new(own)
    assert not (own / "nats").exists()
    assert (own / MARK).exists()
    foreign.mkdir()
    (foreign / "nats").mkdir()
    with pytest.raises(CannotStart, match="did not make"):
        make_new(foreign)
    assert (foreign / "nats").exists()


async def test_two_demos_do_not_share_a_directory(tmp_path):
    make_new(tmp_path)
    async with Supervisor(tmp_path):
        with pytest.raises(CannotStart, match=f"pid {os.getpid()}"):
            make_new(tmp_path)


def test_old_results_make_room_and_other_files_stay(tmp_path):
    for name in ("old.png", "kept.png", "mine.txt"):
        (tmp_path / name).write_text("x")
    _make_room(tmp_path, frozenset({"old.png", "kept.png"}), Saved((tmp_path / "kept.png",), {}))
    assert {path.name for path in tmp_path.iterdir()} == {"kept.png", "mine.txt"}


@pytest.mark.slow
def test_the_demo_shows_the_main_job_and_leaves_its_results(tmp_path):
    ran = subprocess.run(
        [GROOVE, "demo", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    out = tmp_path / "demo-output"
    story = json.loads((out / "run.json").read_text())
    assert story["state"] == "completed"
    assert {node["state"] for node in story["nodes"].values()} == {"completed"}
    assert story["events"] > len(story["nodes"])
    pictures = [path for path in out.iterdir() if path.suffix in {".png", ".webp"}]
    assert len(pictures) >= 2
    for picture in pictures:
        with Image.open(picture) as opened:
            assert min(opened.size) >= 256
    assert any(path.suffix == ".txt" and len(path.read_text()) > 40 for path in out.iterdir())
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert lines[-1] == story
    happened = [line["event"] for line in lines[:-1]]
    assert happened[0] == "starting"
    assert happened.index("process_ready") < happened.index("execution_started") < happened.index("execution_completed")
    assert happened[-2:] == ["saved", "stopped"]
    assert str(Path("demo-output") / "run.json") in lines[-3]["files"]
    assert ran.stderr == ""
    assert list((tmp_path / ".groove-demo" / "run").glob("*.pid")) == []
