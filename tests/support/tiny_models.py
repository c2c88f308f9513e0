"""ONNX models of a few kilobytes that InsightFace's own loader takes, for the people of `support.tiny_faces`.

The detector finds upright ovals of the colour of skin by their moments; the recogniser is a linear map, fitted to the
first PEOPLE drawn people and to how their own pictures differ. Generated anew, they are the same.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from support.tiny_faces import HEIGHT, POINTS, WIDTH, face

PEOPLE, PICTURES = 32, 4
_TRAINED = 1_000
"""The variants that the recogniser has seen begin here: none that a test draws."""
_STRIDES = (8, 16, 32)
_WINDOW = 17
"""Cells that the detector looks at around each; a face must lie within."""
_GRID, _CELL = 16, 7
_FEATURES = _GRID * _GRID * 3
Floats = NDArray[np.float64]


class _Model:
    """A graph in the making. Nodes are named neutrally: InsightFace reads meaning into `Sub` and `Mul`."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def const(self, value: object, dtype: type = np.float32) -> _At:
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return _At(self, name)

    def op(self, kind: str, *given: _At, out: str | None = None, **attributes: object) -> _At:
        name = out or f"t{len(self.nodes)}"
        inputs = [one.name for one in given]
        self.nodes.append(helper.make_node(kind, inputs, [name], name=f"op{len(self.nodes)}", **attributes))
        return _At(self, name)

    def save(self, path: Path, shape: list[object], outputs: dict[str, list[object]]) -> None:
        def told(name: str, dims: list[object]) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, dims)

        results = [told(name, dims) for name, dims in outputs.items()]
        graph = helper.make_graph(self.nodes, path.stem, [told("picture", shape)], results, self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, str(path))


class _At:
    """A value in a graph, to reckon with."""

    def __init__(self, model: _Model, name: str) -> None:
        self.model, self.name = model, name

    def op(self, kind: str, *others: _At | float, **attributes: object) -> _At:
        given = (one if isinstance(one, _At) else self.model.const(one) for one in others)
        return self.model.op(kind, self, *given, **attributes)

    def __add__(self, other: _At | float) -> _At:
        return self.op("Add", other)

    def __sub__(self, other: _At | float) -> _At:
        return self.op("Sub", other)

    def __mul__(self, other: _At | float) -> _At:
        return self.op("Mul", other)

    def __truediv__(self, other: _At | float) -> _At:
        return self.op("Div", other)

    def clip(self, low: float, high: float) -> _At:
        return self.op("Clip", low, high)

    def near(self, wanted: float, within: float, fading: float) -> _At:
        """1 at most `within` away, then falling to 0 over `fading`."""
        away = (self - wanted).op("Abs")
        return ((away - (within + fading)) * (-1 / fading)).clip(0, 1)


def write(folder: Path) -> Path:
    """Write all three, and give the directory."""
    folder.mkdir(parents=True, exist_ok=True)
    _detector(folder / "det_tiny.onnx")
    _ages(folder / "genderage.onnx")
    _recogniser(folder / "w_tiny.onnx", folder / "det_tiny.onnx")
    return folder


def _detector(path: Path) -> None:
    model = _Model()
    skin = _skin(_At(model, "picture"))
    outputs: dict[str, list[object]] = {}
    parts = [_ovals(skin, stride) for stride in _STRIDES]
    for nth, (kind, width) in enumerate((("score", 1), ("box", 4), ("points", 10))):
        for stride, found in zip(_STRIDES, parts, strict=True):
            pair = model.op("Concat", found[nth], found[nth] * 0.0, axis=1)  # of two anchors the first one speaks
            flat = pair.op("Transpose", perm=[0, 2, 3, 1])
            model.op("Reshape", flat, model.const([-1, width], np.int64), out=f"{kind}_{stride}")
            outputs[f"{kind}_{stride}"] = [f"n{stride}", width]
    model.save(path, [1, 3, "height", "width"], outputs)


def _skin(picture: _At) -> _At:
    """0 to 1: red leads green and blue by a clear share of all three."""
    model = picture.model
    calm = picture.op("AveragePool", kernel_shape=[5, 5], pads=[2, 2, 2, 2])
    leads = model.op("Conv", calm, model.const(np.reshape([1, -1, 0, 1, 0, -1], (2, 3, 1, 1))))
    all_three = model.op("Conv", calm, model.const(np.ones((1, 3, 1, 1))), model.const([3.1]))
    share = leads.op("ReduceMin", axes=[1], keepdims=1) / all_three
    return ((share - 0.04) * 30.0).clip(0, 1)


def _ovals(skin: _At, stride: int) -> tuple[_At, _At, _At]:
    """Scores, boxes and points, in cells, as seen from the corner of every cell: all from the moments around it."""
    model = skin.model
    cells = skin.op("AveragePool", kernel_shape=[stride] * 2, strides=[stride] * 2)
    sums = model.op("Conv", cells, model.const(_moments()), pads=[_WINDOW // 2] * 4)
    count, x, y, xx, yy, xy, rim = (model.op("Slice", sums, *_only(model, nth)) for nth in range(7))
    count = count.op("Max", 1e-3)
    x, y = x / count, y / count
    xx, yy, xy = xx / count - x * x - 1 / 12, yy / count - y * y - 1 / 12, xy / count - x * y
    apart = yy - xx
    spread = (apart * apart + xy * xy * 4.0).op("Sqrt")
    tall = ((xx + yy + spread) * 0.5).op("Max", 0.05).op("Sqrt") * 2.0
    wide = ((xx + yy - spread) * 0.5).op("Max", 0.05).op("Sqrt") * 2.0
    tilt = (xy * 2.0 / apart.op("Max", 0.05)).op("Atan") * 0.5
    score = (count / (tall * wide * float(np.pi))).near(0.86, 0.14, 0.06) * (tall / wide).near(1.25, 0.15, 0.08)
    score = score * x.near(0, 0.6, 0.5) * y.near(0, 0.6, 0.5) * rim.near(0, 0.5, 2.0) * tall.op("Sub", 1.0).clip(0, 1)
    x, y = x + 0.5, y + 0.5  # its anchor is the corner of a cell
    half_w, half_h = tall * (WIDTH / HEIGHT), tall
    box = model.op("Concat", half_w - x, half_h - y, half_w + x, half_h + y, axis=1)
    sin, cos = tilt.op("Sin") * tall * -2.0, tilt.op("Cos") * tall * 2.0
    points = [part for px, py in POINTS for part in (x + cos * px - sin * py, y + sin * px + cos * py)]
    return score * (0.97 - stride / 1000), box, model.op("Concat", *points, axis=1)


def _only(model: _Model, nth: int) -> list[_At]:
    """Bounds and axis of one channel."""
    return [model.const([at], np.int64) for at in (nth, nth + 1, 1)]


def _moments() -> Floats:
    """Kernels: how much, where, how far spread, and how much at the rim of the window."""
    y, x = np.mgrid[:_WINDOW, :_WINDOW] - _WINDOW // 2
    rim = np.maximum(abs(x), abs(y)) == _WINDOW // 2
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y, rim])[:, None].astype(float)


def _ages(path: Path) -> None:
    """Female, male, a hundredth of the age: by the mean colour of the crop."""
    model = _Model()
    mean = _At(model, "picture").op("GlobalAveragePool").op("Flatten")
    weights = model.const([[-30, 30, -1], [30, -30, -1], [0, 0, -1]])
    model.op("Sigmoid", model.op("Gemm", mean, weights, model.const([-1, 1, -1.2])), out="told")
    model.save(path, ["n", 3, 96, 96], {"told": ["n", 3]})


def _recogniser(path: Path, detector: Path) -> None:
    weights, bias = _fitted(_seen(detector))
    model = _Model()
    small = _At(model, "picture").op("AveragePool", kernel_shape=[_CELL] * 2, strides=[_CELL] * 2)
    middle = small - small.op("ReduceMean", axes=[1, 2, 3], keepdims=1)
    spread = ((middle * middle).op("ReduceMean", axes=[1, 2, 3], keepdims=1) + 1e-4).op("Sqrt")
    model.op("Gemm", (middle / spread).op("Flatten"), model.const(weights), model.const(bias), out="embedding")
    model.save(path, ["n", 3, 112, 112], {"embedding": ["n", 512]})


def _seen(detector: Path) -> Floats:
    """What the recogniser gets to see of PICTURES pictures of each of PEOPLE people."""
    from insightface.model_zoo.scrfd import SCRFD
    from insightface.utils.face_align import norm_crop

    alone = onnxruntime.SessionOptions()
    alone.intra_op_num_threads = 1  # several would spin for nothing
    session = onnxruntime.InferenceSession(str(detector), alone, providers=["CPUExecutionProvider"])
    warnings.filterwarnings("ignore", "`estimate` is deprecated", FutureWarning)  # InsightFace calls it
    finds = SCRFD(str(detector), session=session)
    finds.prepare(-1, det_thresh=0.3, input_size=(256, 256))
    seen = np.zeros((PEOPLE, PICTURES, _FEATURES))
    for person, nth in np.ndindex(PEOPLE, PICTURES):
        bgr = np.asarray(face(person, (_TRAINED + nth) * (nth > 0), 256))[:, :, ::-1].copy()
        _, points = finds.detect(bgr)
        crop = norm_crop(bgr, points[0])[:, :, ::-1] / 127.5 - 1
        cells = crop.reshape(_GRID, _CELL, _GRID, _CELL, 3).mean((1, 3)).transpose(2, 0, 1)
        seen[person, nth] = ((cells - cells.mean()) / np.sqrt(cells.var() + 1e-4)).ravel()
    return seen


def _fitted(seen: Floats) -> tuple[Floats, Floats]:
    """Directions in which people differ and their own pictures do not; each person seen gets one for itself."""
    rng = np.random.default_rng(1871)
    means, middle = seen.mean(1), seen.mean((0, 1))
    within = (seen - means[:, None]).reshape(-1, _FEATURES)
    scatter = within.T @ within / len(within)
    sizes, axes = np.linalg.eigh(scatter + np.eye(_FEATURES) * (0.1 * np.trace(scatter) / _FEATURES))
    whiten = axes / np.sqrt(sizes) @ axes.T
    known = (means - middle) @ whiten
    alike = known @ known.T
    own = np.linalg.solve(alike + np.eye(PEOPLE) * (1e-3 * np.trace(alike) / PEOPLE), known).T
    turned, _ = np.linalg.qr(rng.standard_normal((512, 512)))
    rest = whiten - own @ known @ whiten
    others = rest @ rng.standard_normal((_FEATURES, 512)) * (0.3 * np.linalg.norm(own) / _FEATURES)
    weights = whiten @ own @ turned[:PEOPLE] + others
    return weights, -middle @ weights
