"""A workflow file may name pictures, sounds and films that lie beside it: they are uploaded when it is run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groove.client import Client


async def brought(client: Client, workflow: str | dict[str, Any], folder: Path | None) -> str | dict[str, Any]:
    """Upload what its `asset` nodes name by a path, and give the workflow with the assets' ids instead.

    A path counts only where there is such a file below `folder`; anything else is the id of an asset already there.
    """
    if isinstance(workflow, str) or folder is None:
        return workflow
    found: dict[str, str] = {}
    nodes = []
    for node in workflow["nodes"]:
        file = _file(node, folder)
        if file is not None and str(file) not in found:
            found[str(file)] = str((await client.upload(file))["id"])
        nodes.append(node if file is None else node | {"params": node["params"] | {"asset_id": found[str(file)]}})
    return workflow | {"nodes": nodes}


def _file(node: Mapping[str, Any], folder: Path) -> Path | None:
    params = node.get("params")
    name = params.get("asset_id") if node["type"] == "asset" and isinstance(params, Mapping) else None
    if not isinstance(name, str) or "." not in name:
        return None
    file = (folder / name).resolve()
    return file if file.is_relative_to(folder) and file.is_file() else None
