"""What is generated is what the generator gives today."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.http.app import described
from support.browser import CANVAS


@pytest.mark.usefixtures("built")
def test_the_types_of_the_api_are_those_of_the_api(tmp_path):
    """After a change of the API: `make api`."""
    (tmp_path / "openapi.json").write_text(json.dumps(described().openapi(), indent=1, sort_keys=True))
    command = shlex.split(json.loads((CANVAS / "package.json").read_text())["scripts"]["api"])
    here = {"openapi.json": str(tmp_path / "openapi.json"), "src/api/schema.d.ts": str(tmp_path / "schema.d.ts")}
    assert here.keys() <= set(command)
    path = os.pathsep.join([str(CANVAS / "node_modules/.bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    told = [here.get(word, word) for word in command]
    made = subprocess.run(told, cwd=CANVAS, env={**os.environ, "PATH": path}, capture_output=True, check=False)
    assert made.returncode == 0, made.stderr.decode()
    assert (tmp_path / "schema.d.ts").read_text() == (CANVAS / "src/api/schema.d.ts").read_text()
