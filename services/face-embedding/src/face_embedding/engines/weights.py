"""Which models lie in a directory, found out by loading them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LICENCE = (
    "InsightFace's pretrained models (buffalo_l, antelopev2 and others) may be used for non-commercial research only, "
    "wherever they were downloaded from. Its code is MIT. Models of your own have the licence that you give them."
)
_MEANINGS = {
    "detection": "finds faces",
    "recognition": "tells people apart",
    "genderage": "guesses age and sex",
}


@dataclass(frozen=True)
class Weight:
    """One file."""

    file: Path
    task: str | None = None
    """None: it cannot be loaded, and `flaw` says why."""
    flaw: str = ""

    @property
    def meaning(self) -> str:
        return self.flaw if self.task is None else _MEANINGS.get(self.task, f"not used here ({self.task})")

    @property
    def used(self) -> bool:
        return self.task in _MEANINGS


def examine(folder: Path) -> list[Weight]:
    """Load every model of a directory by itself, by name."""
    return [_examined(file) for file in sorted(folder.glob("*.onnx"))]


def explained(folder: Path, error: Exception) -> str:
    """Why a directory as a whole could not be loaded."""
    weights = examine(folder)
    broken = [f"{one.file.name} {one.flaw}" for one in weights if one.task is None]
    if broken:
        return "; ".join(broken)
    missing = lacking(weights)
    return f"there is no model that {missing}" if missing else _first_line(error)


def lacking(weights: Sequence[Weight]) -> str:
    """What must be there and is not; age and sex are a bonus."""
    tasks = {one.task for one in weights}
    return " and none that ".join(_MEANINGS[task] for task in ("detection", "recognition") if task not in tasks)


def _examined(file: Path) -> Weight:
    from insightface.model_zoo import model_zoo  # noqa: PLC0415  heavy

    try:
        model = model_zoo.get_model(str(file), providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  whatever it is, it says what is wrong with the file
        return Weight(file, flaw=f"cannot be loaded ({_first_line(error)})")
    return Weight(file, "nothing that InsightFace knows" if model is None else str(model.taskname))


def _first_line(error: Exception) -> str:
    said = " ".join(str(error).split())
    return said[:200] or type(error).__name__
