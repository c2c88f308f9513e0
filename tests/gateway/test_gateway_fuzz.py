"""Whatever is sent, the answer is never our mistake: the whole API, fuzzed from its own description."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.api import edge, node, workflow

CHECKS = "not_a_server_error,content_type_conformance,status_code_conformance,response_schema_conformance"
SMALL = workflow(
    node("words", "text", text="a fox"),
    node("paint", "text_to_image"),
    node("out", "output"),
    edges=(edge("words.text", "paint.prompt"), edge("paint.image", "out.value")),
)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_no_request_makes_it_fail(whole_house, tmp_path):
    with whole_house.client() as api:
        graph = api.post("/api/graphs/import", json=SMALL).json()
        run = api.post("/api/executions", json={"graph_id": graph["id"]}).json()["id"]
        edge_id = graph["edges"][0]["id"]
        paths = api.get("/openapi.json").json()["paths"]
    operations = sum(len(methods) for path, methods in paths.items() if not path.endswith("stream"))
    assert operations > 40
    config = tmp_path / "schemathesis.toml"
    config.write_text(
        # most requests are about things that are there; those that would take them away are about others
        f'[parameters]\n"path.graph_id" = "{graph["id"]}"\n"path.execution_id" = "{run}"\n'
        f'"path.node_id" = "paint"\n"path.edge_id" = "{edge_id}"\n"path.project_id" = "default"\n'
        '[[operations]]\ninclude-method = ["DELETE"]\ninclude-path = "/api/graphs/{graph_id}"\n'
        'parameters = { "path.graph_id" = "other" }\n'
        # no worker takes the cancelled task away, so that a resumed one would wait for its place in the queue
        '[[operations]]\ninclude-path = "/api/executions/{execution_id}/resume"\n'
        'parameters = { "path.execution_id" = "other" }\n'
    )
    fuzz = subprocess.run(
        [
            *(Path(sys.executable).with_name("st"), "--config-file", config, "run", f"{whole_house.url}/openapi.json"),
            *("--max-examples", "2", "--seed", "1", "--workers", "1", "--request-timeout", "5"),
            *("--checks", CHECKS, "--exclude-path-regex", "stream$", "--generation-database", "none", "--no-color"),
            *("--phases", "coverage,fuzzing"),
        ],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
        env={**os.environ, "NO_PROXY": "*"},
        cwd=tmp_path,
    )
    assert fuzz.returncode == 0, fuzz.stdout[-8000:] + fuzz.stderr[-2000:]
    assert f"Tested: {operations}" in fuzz.stdout, fuzz.stdout[-4000:]
