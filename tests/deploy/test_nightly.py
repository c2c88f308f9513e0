"""What the CronJobs of components/backup run: which backups stay, and which one is brought back."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.manifests import container_of, named


@pytest.fixture
def as_in_the_pod(tmp_path: Path) -> Callable[[str], list[str]]:
    """Runs what a CronJob runs, with a `groove` that only tells what it was asked."""
    for folder in ("bin", "backups"):
        (tmp_path / folder).mkdir()
    groove = tmp_path / "bin" / "groove"
    groove.write_text('#!/bin/sh\necho "$@"\n')
    groove.chmod(0o755)

    def run(name: str) -> list[str]:
        container = container_of(named("overlays/production", "CronJob", name))
        command = [*container["command"], container["args"][0].replace("/backups", str(tmp_path / "backups"))]
        env = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}
        said = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
        return said.stdout.replace(str(tmp_path), "").split()

    return run


def test_the_newest_backups_are_kept_and_the_newest_that_is_whole_is_brought_back(
    as_in_the_pod: Callable[[str], list[str]], tmp_path: Path
) -> None:
    backups = tmp_path / "backups"
    (backups / "media").mkdir()
    names = [f"2026-11-{day:02}T031700" for day in range(1, 21)]
    for name in names:
        (backups / name).mkdir()
        (backups / name / "backup.json").touch()
    (backups / names[-1] / "backup.json").unlink()
    assert as_in_the_pod("restore") == ["restore", f"/backups/{names[-2]}", "--media", "/backups/media"]
    verb, folder, *rest = as_in_the_pod("backup")
    assert (verb, rest) == ("backup", ["--media", "/backups/media"])
    assert re.fullmatch(r"/backups/20\d\d-\d\d-\d\dT\d{6}", folder)
    assert sorted(one.name for one in backups.iterdir()) == [*names[-14:], "media"]
