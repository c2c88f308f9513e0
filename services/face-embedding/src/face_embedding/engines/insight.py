"""InsightFace, from a directory of models. It never downloads anything."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

from contracts.faces import Face
from face_embedding.engines.quality import quality
from face_embedding.engines.weights import explained
from face_embedding.faces import BadModels, Found, Vector, area, normed

THRESHOLD = 0.4
"""What is commonly taken for ArcFace's models. Not measured here: weights for real faces come from elsewhere."""
_SIZES = ((640, 640), (320, 320))
"""Pixels that the detector sees; the second look is for faces that fill the picture, which it misses at the first."""
_DETECTED = 0.5
_THINNEST = 16
"""Pixels: what is thinner shows no face, and the detector's resizing would trip over it."""
_TASKS = ["detection", "recognition", "genderage"]


class InsightFace:
    """Its sessions may be shared between threads."""

    baseline = False

    def __init__(self, folder: Path, *, threads: int = 2, threshold: float | None = None) -> None:
        """Load the models.

        Raises:
            BadModels: it is no directory of models, or they cannot be loaded.
        """
        home = _home(folder)
        self.name = f"insightface/{home.name}"
        self.threshold = THRESHOLD if threshold is None else threshold
        self._app = _loaded(home, _best_providers(), threads)
        self.on: str = self._app.models["recognition"].session.get_providers()[0]
        """What it computes on: onnxruntime falls back to the CPU where a GPU is named and not there."""
        self.dimension = int(self._app.models["recognition"].output_shape[-1])

    def find(self, picture: Image.Image) -> list[Found]:
        if min(picture.size) < _THINNEST:
            return []
        _hush()
        bgr = np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])
        boxes, points = self._detected(bgr)
        found = [self._face(picture, bgr, box, at) for box, at in zip(boxes, points, strict=True)]
        return sorted((one for one in found if one is not None), key=area, reverse=True)

    def _detected(self, bgr: Any) -> tuple[Any, Any]:
        for size in _SIZES:
            boxes, points = self._app.det_model.detect(bgr, input_size=size)
            if len(boxes):
                break
        return boxes, points

    def _face(self, picture: Image.Image, bgr: Any, box: Any, points: Any) -> Found | None:
        from insightface.app.common import Face as Raw  # noqa: PLC0415  heavy, and loaded by now

        raw = Raw(bbox=box[:4], kps=points, det_score=box[4])
        for task, model in self._app.models.items():
            if task != "detection":
                model.get(bgr, raw)
        vector = normed(raw.embedding)
        return None if vector is None else _told(picture, raw, vector)


def _hush() -> None:
    """Of what InsightFace calls scikit-image 0.26 says that it goes in 2.2. Putting filters back is not for threads."""
    warnings.filterwarnings("ignore", "`estimate` is deprecated", FutureWarning)


def _told(picture: Image.Image, raw: Any, vector: Vector) -> Found:
    left, top, right, bottom = (float(value) for value in raw.bbox)
    points = tuple((round(float(x), 2), round(float(y), 2)) for x, y in raw.kps)
    score = float(raw.det_score)
    face = Face(
        x=round(left, 2),
        y=round(top, 2),
        width=round(right - left, 2),
        height=round(bottom - top, 2),
        score=round(score, 4),
        quality=quality(picture, (left, top, right, bottom), score, points),
        landmarks=points,
        age=None if raw.age is None else int(raw.age),
        sex={"F": "female", "M": "male"}.get(str(raw.sex)),
    )
    return Found(face, vector)


def _home(folder: Path) -> Path:
    home = folder.expanduser().resolve()
    if not home.is_dir():
        raise BadModels(f"{home} is not a directory: GROOVE_FACE_MODELS names one with *.onnx files")
    if not any(home.glob("*.onnx")):
        # InsightFace would fail with a bare AssertionError, and for one that is not there start a download
        raise BadModels(f"there are no *.onnx models in {home}: add some with `groove models add`, or unset it")
    return home


def _loaded(home: Path, providers: list[str], threads: int) -> Any:
    from insightface.app import FaceAnalysis  # noqa: PLC0415  a second and a hundred megabytes, for who has weights

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads shall not burn a core
    try:
        app = FaceAnalysis(
            str(home), allowed_modules=_TASKS, providers=providers, sess_options=options, static_shape_sessions=False
        )
        app.models["recognition"]  # without it, it would find faces and know nobody
        app.prepare(ctx_id=0 if len(providers) > 1 else -1, det_thresh=_DETECTED, det_size=_SIZES[0])
    except Exception as error:  # whatever it is, the directory is to blame
        raise BadModels(f"the models in {home} cannot be used: {explained(home, error)}") from error
    return app


def _best_providers() -> list[str]:
    """A GPU when onnxruntime can use one."""
    there = onnxruntime.get_available_providers()
    wanted = ("CUDAExecutionProvider", "ROCMExecutionProvider", "CoreMLExecutionProvider", "DmlExecutionProvider")
    return [*(name for name in wanted if name in there), "CPUExecutionProvider"]
