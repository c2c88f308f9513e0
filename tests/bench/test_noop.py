"""The bench's own node type works like any other where it is known, and is unknown elsewhere."""

from pathlib import Path

import pytest

from bench.graphs import fan, workflow
from bench.hops import Client
from bench.http_client import Connection, Refused
from bench.lab import lab
from support.api import Api
from support.servers import RealServers


async def test_noop_nodes_run_through_the_bench(tmp_path: Path, real_servers: RealServers, prefix: str):
    async with lab(tmp_path, floors=(), addresses=real_servers.addresses(), prefix=prefix) as running:
        client = await Client.alone(running.port)
        connection = await Connection.open(running.port)
        graph = await connection.ask("POST", "/api/graphs/import", workflow(fan(5)))
        run = (await connection.ask("POST", "/api/executions", {"graph_id": graph["id"]}))["id"]
        events = [name async for _, name, _, _ in connection.stream(f"/api/executions/{run}/stream")]
        assert events[-1] == "execution_completed"
        assert events.count("node_completed") == 7
        nodes = (await client.ask("GET", f"/api/executions/{run}"))["nodes"]
        assert nodes["sink"]["outputs"]["text"][0]["text"] == "3"
        await connection.close()
        await client.close()


async def test_nobody_knows_noop_nodes_otherwise(api: Api):
    port = int(api.url.rpartition(":")[2])
    connection = await Connection.open(port)
    with pytest.raises(Refused, match="unknown-node-type"):
        await connection.ask("POST", "/api/executions", {"graph": workflow(fan(2))})
    assert "noop" not in {one["name"] for one in api.get("/api/node-types")["items"]}
    await connection.close()
