"""`groove models add|list` and `groove faces rebuild`: beside the running service, on the machine where it runs."""

import json
import sys
from pathlib import Path
from typing import Any

from face_embedding.engines.weights import LICENCE
from face_embedding.faces import BadModels
from face_embedding.models import Shelf
from kit.settings import LOCAL_DATA

_FAILED = 1


def models(*, data: Path | None, as_json: bool, directory: Path | None = None, called: str | None = None) -> int:
    """Add a directory, or list what there is; give the exit code."""
    shelf = Shelf(data or LOCAL_DATA)
    if directory is None:
        return _list(shelf, as_json=as_json)
    try:
        target, weights = shelf.add(directory, called)
    except (BadModels, OSError) as error:
        _say({"title": "Not added", "detail": str(error)}, f"Not added: {error}.", as_json=as_json, failed=True)
        return _FAILED
    files = [{"file": one.file.name, "does": one.meaning, "used": one.used} for one in weights]
    lines = [
        *(f"  {one['file']:24} {one['does']}" for one in files),
        f"Added as {target.name}, in {target}.",
        f"Licence: {LICENCE}",
        "The face service takes them when it starts next; references of characters are looked at again then.",
    ]
    told = {"name": target.name, "directory": str(target), "files": files, "licence": LICENCE}
    _say(told, "\n".join(lines), as_json=as_json)
    return 0


def _list(shelf: Shelf, *, as_json: bool) -> int:
    used = shelf.used()
    found: list[dict[str, Any]] = [
        {"name": name, "used": used is not None and used.name == name} for name in shelf.names()
    ]
    lines = [f"{'*' if one['used'] else ' '} {one['name']}" for one in found] or [
        "None: faces are compared by the classical baseline. `groove models add DIRECTORY` brings weights."
    ]
    _say({"models": found, "licence": LICENCE}, "\n".join(lines), as_json=as_json)
    return 0


def faces(*, data: Path | None, as_json: bool) -> int:
    """Make the vectors anew from the log."""
    from face_embedding.rebuild import rebuild  # noqa: PLC0415  heavy

    return rebuild(data, as_json=as_json)


def _say(told: dict[str, Any], text: str, *, as_json: bool, failed: bool = False) -> None:
    (sys.stderr if failed else sys.stdout).write((json.dumps(told) if as_json else text) + "\n")
