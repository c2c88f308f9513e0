"""Weights that were added to an installation: directories below its data, one of which is used."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from face_embedding.engines.weights import Weight, examine, lacking
from face_embedding.faces import BadModels

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_USED = "used"


@dataclass(frozen=True)
class Shelf:
    data: Path

    @property
    def home(self) -> Path:
        return self.data / "models" / "faces"

    def used(self) -> Path | None:
        """The one that the face service takes. None: there is none, so it is the baseline."""
        try:
            name = (self.home / _USED).read_text().strip()
        except OSError:
            return None
        return self.home / name if (self.home / name).is_dir() else None

    def names(self) -> list[str]:
        return sorted(one.name for one in self.home.glob("*/") if not one.name.startswith("."))

    def add(self, source: Path, name: str | None = None) -> tuple[Path, list[Weight]]:
        """Check a directory by loading what is in it, and take it in. Again, it takes the place of the old one.

        Raises:
            BadModels: it cannot be used; nothing was changed.
        """
        home = source.expanduser().resolve()
        wanted = name or home.name
        if not _NAME.fullmatch(wanted):
            raise BadModels(f"{wanted!r} is no name for models: letters, digits, dot, dash and underscore, 64 at most")
        weights = _checked(home)
        target, fresh = self.home / wanted, self.home / f".{wanted}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        for file in (*(one.file for one in weights), *home.glob("manifest.json"), *home.glob("LICEN[CS]E*")):
            shutil.copy2(file, fresh / file.name)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
        self.use(wanted)
        return target, weights

    def use(self, name: str) -> None:
        fresh = self.home / f".{_USED}.new"
        fresh.write_text(name + "\n")
        fresh.replace(self.home / _USED)


def _checked(home: Path) -> list[Weight]:
    if not home.is_dir():
        raise BadModels(f"{home} is not a directory")
    weights = examine(home)
    if not weights:
        raise BadModels(f"there are no *.onnx models in {home}")
    for one in weights:
        if one.task is None:
            raise BadModels(f"{one.file.name} {one.flaw}")
    if missing := lacking(weights):
        raise BadModels(f"there is no model in {home} that {missing}")
    return weights
