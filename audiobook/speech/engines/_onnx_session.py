"""ONNX models that give the same samples each time, and stop when they are told.

Speech models draw noise. ONNX Runtime's generators keep their state from one run to the next,
whatever their seed, so the same text would sound otherwise each time. Here the nodes that draw
noise are changed, in memory, for others that take it from a table: as random to the ear, the same
in every run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["Session", "open_session", "runtime"]

_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
_ERRORS_ONLY = 3
_CASTLIKE_OPSET = 15

_TABLE_LENGTH = 1_048_583  # a prime, so that no row of a tensor begins where another does
_SEED = 1
_TABLES = {"RandomNormalLike": "noise_normal", "RandomUniformLike": "noise_uniform"}
_OTHER_NOISE = frozenset({"RandomNormal", "RandomUniform", "Multinomial", "Bernoulli"})


class Session:
    """An `onnxruntime.InferenceSession`, as libraries use it, that can be stopped.

    Args:
        session: the session.
        path: the model's file.
        is_steady: whether all noise is from a table.
    """

    def __init__(self, session: Any, path: Path, *, is_steady: bool) -> None:
        self._session = session
        self._options = onnxruntime.RunOptions()
        self._model_path = os.fspath(path)  # where kokoro-onnx looks for it
        self.is_steady = is_steady

    def run(
        self, names: Sequence[str] | None, inputs: Mapping[str, NDArray[Any]]
    ) -> list[NDArray[Any]]:
        """Run the model; what runs ends with an error of ONNX Runtime's after `stop`."""
        outputs: list[NDArray[Any]] = self._session.run(names, inputs, self._options)
        return outputs

    def stop(self) -> None:
        """End what runs, and let nothing more run."""
        self._options.terminate = True

    @property
    def is_on_cuda(self) -> bool:
        """Whether it runs on the graphics card."""
        return _CUDA in self._session.get_providers()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)


def runtime(*, cuda: bool) -> str:
    """The version of ONNX Runtime, and what it runs on: another of either gives other samples.

    Args:
        cuda: whether the graphics card is asked for.
    """
    return f"{onnxruntime.__version__}-{'cuda' if cuda and _has_cuda() else 'cpu'}"


def open_session(
    path: Path,
    *,
    n_threads: int,
    cuda: bool = False,
    change: Callable[[onnx.ModelProto], object] | None = None,
) -> Session:
    """Load a model.

    Args:
        path: its file.
        n_threads: that one run may use; idle ones sleep.
        cuda: whether to run on the graphics card where that works, else on the processor.
        change: changes the model in memory before it is used.

    Raises:
        Exception: of onnx's or ONNX Runtime's, whatever they raise over a file that is no model.
    """
    model = onnx.load(os.fspath(path))
    is_steady = _fix_noise(model)
    if change:
        change(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    providers = [_CUDA, _CPU] if cuda and _has_cuda() else [_CPU]
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=providers)
    return Session(session, path, is_steady=is_steady)


def _has_cuda() -> bool:
    """Whether this ONNX Runtime was built for the graphics card."""
    return _CUDA in onnxruntime.get_available_providers()


def _fix_noise(model: onnx.ModelProto) -> bool:
    """Take a model's noise from tables; False where some of it is of a kind that cannot be."""
    opset = next(each.version for each in model.opset_import if each.domain in ("", "ai.onnx"))
    n_fixed = 0
    is_steady = True
    drawn: set[str] = set()
    for graph in _graphs(model.graph):
        nodes = []
        for node in graph.node:
            if node.op_type in _TABLES:
                nodes += _steady_noise(node, n_fixed, opset)
                drawn.add(node.op_type)
                n_fixed += 1
            else:
                nodes.append(node)
                is_steady = is_steady and node.op_type not in _OTHER_NOISE
        del graph.node[:]
        graph.node.extend(nodes)
    model.graph.initializer.extend(_table(kind) for kind in sorted(drawn))
    return is_steady


def _graphs(graph: onnx.GraphProto) -> Iterator[onnx.GraphProto]:
    """A graph and all within it."""
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    yield from _graphs(inner)
    yield graph


def _table(kind: str) -> onnx.TensorProto:
    # The old generator of numpy's, since its numbers are the same in every version (NEP 19).
    numbers = np.random.RandomState(_SEED)
    is_normal = kind == "RandomNormalLike"
    drawn = (numbers.standard_normal if is_normal else numbers.random_sample)((_TABLE_LENGTH,))
    return numpy_helper.from_array(drawn.astype(np.float32), _TABLES[kind])


def _steady_noise(node: onnx.NodeProto, number: int, opset: int) -> list[onnx.NodeProto]:
    """Nodes that give what a node draws: as many numbers as its input has, from the table."""
    given = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    if node.op_type == "RandomNormalLike":
        scale, offset = given.get("scale", 1.0), given.get("mean", 0.0)
    else:
        offset = given.get("low", 0.0)
        scale = given.get("high", 1.0) - offset
    own = f"steady_noise_{number}"
    first = number * (_TABLE_LENGTH // 7)
    like, drawn = node.input[0], node.output[0]

    def constant(name: str, value: NDArray[Any]) -> onnx.NodeProto:
        return helper.make_node(
            "Constant", [], [f"{own}_{name}"], value=numpy_helper.from_array(value)
        )

    def make(kind: str, inputs: Sequence[str], output: str, **attributes: object) -> onnx.NodeProto:
        return helper.make_node(kind, inputs, [f"{own}_{output}"], **attributes)

    if "dtype" in given:
        last = helper.make_node("Cast", [f"{own}_shaped"], [drawn], to=given["dtype"])
    elif opset >= _CASTLIKE_OPSET:
        last = helper.make_node("CastLike", [f"{own}_shaped", like], [drawn])
    else:
        last = helper.make_node("Cast", [f"{own}_shaped"], [drawn], to=TensorProto.FLOAT)
    return [
        constant("first", np.array(first, np.int64)),
        constant("step", np.array(1, np.int64)),
        constant("length", np.array(_TABLE_LENGTH, np.int64)),
        constant("scale", np.array(scale, np.float32)),
        constant("offset", np.array(offset, np.float32)),
        make("Shape", [like], "shape"),
        make("Size", [like], "size"),
        make("Add", [f"{own}_first", f"{own}_size"], "end"),
        make("Range", [f"{own}_first", f"{own}_end", f"{own}_step"], "numbers"),
        make("Mod", [f"{own}_numbers", f"{own}_length"], "places"),
        make("Gather", [_TABLES[node.op_type], f"{own}_places"], "plain"),
        make("Mul", [f"{own}_plain", f"{own}_scale"], "scaled"),
        make("Add", [f"{own}_scaled", f"{own}_offset"], "moved"),
        make("Reshape", [f"{own}_moved", f"{own}_shape"], "shaped"),
        last,
    ]
