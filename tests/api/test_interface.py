"""The public interface: what derivatives take, give, and are."""

from __future__ import annotations

import copy
import dataclasses
import importlib.util
import inspect
import pickle
import threading
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

import s2sad


def square(x: Any) -> Any:
    return x**2


def weighted(x: Any, w: Any = 2.0, *, scale: Any = 1.0) -> Any:
    return np.sum(x * w) * scale


def with_aux(x: Any) -> Any:
    y = x * x
    return np.sum(y), {"y": y, "name": "aux"}


@s2sad.differentiate
def decorated(x: Any, y: Any) -> Any:
    """The doc of the function."""
    return x * y


class Params(NamedTuple):
    W: Any
    b: Any


@dataclasses.dataclass
class Model:
    w: Any
    rate: float
    name: str = "model"

    @s2sad.differentiate
    def loss(self, x: Any) -> Any:
        return np.sum(self.w * x) * self.rate

    def plain(self, x: Any) -> Any:
        return np.sum(self.w * x * x)


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---------------------------------------------------------------- grad and value_and_grad


def test_seed_example() -> None:
    assert s2sad.grad(square)(2.0) == 4.0
    assert type(s2sad.grad(square)(2.0)) is float


def test_argnums_and_wrt_choose_the_structure() -> None:
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    np.testing.assert_array_equal(s2sad.grad(weighted)(x, w), w)
    (only,) = s2sad.grad(weighted, (0,))(x, w)
    np.testing.assert_array_equal(only, w)
    first, second = s2sad.grad(weighted, argnums=(0, 1))(x, w)
    np.testing.assert_array_equal((first, second), (w, x))
    np.testing.assert_array_equal(s2sad.grad(weighted, -1)(x, w), x)
    np.testing.assert_array_equal(s2sad.grad(weighted, wrt="w")(x, w), x)
    assert list(s2sad.grad(weighted, wrt=("w", "scale"))(x, w, scale=1.0)) == ["w", "scale"]
    assert s2sad.grad(weighted, wrt="scale")(x, w) == 11.0


def test_both_choices_are_a_type_error() -> None:
    with pytest.raises(TypeError, match="not both"):
        s2sad.grad(weighted, 0, wrt="x")  # type: ignore[call-overload]


def test_keywords_and_defaults() -> None:
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(s2sad.grad(weighted)(x=x, scale=2.0), [4.0, 4.0])
    np.testing.assert_array_equal(s2sad.grad(weighted)(x), [2.0, 2.0])


def test_value_and_grad() -> None:
    assert s2sad.value_and_grad(square)(3.0) == (9.0, 6.0)
    (value, aux), gradient = s2sad.value_and_grad(with_aux, has_aux=True)(np.array([1.0, 2.0]))
    assert value == 5.0 and aux["name"] == "aux"
    np.testing.assert_array_equal(gradient, [2.0, 4.0])


def test_grad_with_aux() -> None:
    gradient, aux = s2sad.grad(with_aux, has_aux=True)(np.array([1.0, 2.0]))
    np.testing.assert_array_equal(gradient, [2.0, 4.0])
    np.testing.assert_array_equal(aux["y"], [1.0, 4.0])


def test_structures_come_back() -> None:
    def f(p: Any) -> Any:
        return np.sum(p["layers"][0].W @ p["x"] + p["layers"][0].b) + p["pair"][0] * 2.0

    p = {"layers": [Params(np.ones((2, 3)), np.ones(2))], "x": np.ones(3), "pair": (3.0, 7, "text", None), "unused": np.ones(2, np.float32)}
    g = s2sad.grad(f)(p)
    assert list(g) == list(p) and type(g["layers"][0]) is Params
    np.testing.assert_array_equal(g["layers"][0].W, np.ones((2, 3)))
    assert g["pair"] == (2.0, None, None, None)
    assert g["unused"].dtype == np.float32 and not g["unused"].any()


def test_gradient_of_a_dataclass_is_one() -> None:
    def f(model: Any, x: Any) -> Any:
        return model.w * x * model.rate

    g = s2sad.grad(f)(Model(2.0, 3.0), 5.0)
    assert type(g) is Model and (g.w, g.rate, g.name) == (15.0, 10.0, None)


def test_float32_stays() -> None:
    g = s2sad.grad(lambda x: np.sum(x * x))(np.ones(3, np.float32))
    assert g.dtype == np.float32


def test_zero_dimensional_arrays_stay_arrays() -> None:
    g = s2sad.grad(lambda x: np.sum(x * x))(np.array(3.0))
    assert type(g) is np.ndarray and g.shape == () and g == 6.0


def test_unused_argument_gives_zeros() -> None:
    def f(x: Any, y: Any) -> Any:
        return x * 2.0

    assert s2sad.grad(f, 1)(1.0, 3.0) == 0.0
    np.testing.assert_array_equal(s2sad.grad(f, 1)(1.0, np.ones(3)), np.zeros(3))


# ---------------------------------------------------------------- vjp, jvp, hvp


def test_vjp_gives_one_entry_for_each_positional_argument() -> None:
    def f(x: Any, k: Any, y: Any, *, z: Any = 1.0) -> Any:
        return x * y * k * z, x

    out, pullback = s2sad.vjp(f, 2.0, 3, np.ones(2), z=2.0)
    np.testing.assert_array_equal(out[0], [12.0, 12.0])
    dx, dk, dy = pullback((np.ones(2), 1.0))
    assert dx == 13.0 and dk is None
    np.testing.assert_array_equal(dy, [12.0, 12.0])
    assert pullback((None, 1.0))[0] == 1.0


def test_pullback_survives_what_the_caller_does() -> None:
    x = np.array([1.0, 2.0])
    out, pullback = s2sad.vjp(lambda x: np.exp(x) * x, x)
    expected = pullback(np.ones(2))[0].copy()
    out *= 0
    x *= 0
    first = pullback(np.ones(2))[0]
    first *= 0
    np.testing.assert_array_equal(pullback(np.ones(2))[0], expected)


def test_jvp_of_mixed_arguments() -> None:
    def f(x: Any, k: Any, y: Any) -> Any:
        return {"product": x * y, "count": k}

    out, tangent = s2sad.jvp(f, (2.0, 3, 4.0), (1.0, None, 0.5))
    assert out == {"product": 8.0, "count": 3}
    assert tangent == {"product": 5.0, "count": None}
    assert s2sad.jvp(f, (2.0, 3, 4.0), (1.0, 0, 0))[1]["product"] == 4.0


def test_hvp_takes_the_vector_last() -> None:
    def f(x: Any, a: Any) -> Any:
        return np.sum(x**3) * a

    x, v = np.array([1.0, 2.0]), np.array([1.0, -1.0])
    np.testing.assert_allclose(s2sad.hvp(f)(x, 2.0, v), 12 * x * v)
    assert s2sad.hvp(f, argnums=1)(x, 2.0, 1.0) == 0.0


# ---------------------------------------------------------------- Jacobians


def test_jacobians_agree() -> None:
    def f(x: Any) -> Any:
        return np.array([[1.0, 2.0, 0.5], [0.0, 1.0, 3.0]]) @ x**2

    x = np.array([1.0, 2.0, 3.0])
    expected = np.array([[1.0, 2.0, 0.5], [0.0, 1.0, 3.0]]) * 2 * x
    for jacobian in (s2sad.jacobian, s2sad.jacfwd, s2sad.jacrev):
        np.testing.assert_allclose(jacobian(f)(x), expected)


def test_jacobian_of_structures() -> None:
    def f(x: Any, s: Any) -> Any:
        return {"a": x * s, "b": np.sum(x)}

    result = s2sad.jacobian(f, argnums=(0, 1))(np.array([1.0, 2.0]), 3.0)
    np.testing.assert_allclose(result["a"][0], 3.0 * np.eye(2))
    np.testing.assert_allclose(result["a"][1], [1.0, 2.0])
    np.testing.assert_allclose(result["b"][0], [1.0, 1.0])
    assert result["b"][1] == 0.0


def test_hessian() -> None:
    def f(x: Any) -> Any:
        return x[0] ** 2 * x[1] + np.sin(x[1])

    x = np.array([1.5, 0.5])
    expected = [[2 * x[1], 2 * x[0]], [2 * x[0], -np.sin(x[1])]]
    np.testing.assert_allclose(s2sad.hessian(f)(x), expected)
    np.testing.assert_allclose(s2sad.jacrev(s2sad.grad(f))(x), expected)


def test_a_jacobian_runs_a_function_with_effects_once(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: Any) -> Any:
        print("called")
        return x * x

    for jacobian in (s2sad.jacfwd, s2sad.jacrev):
        np.testing.assert_allclose(jacobian(f)(np.array([1.0, 2.0, 3.0])), np.diag([2.0, 4.0, 6.0]))
        assert capsys.readouterr().out == "called\n"


# ---------------------------------------------------------------- higher order


def test_derivatives_compose() -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * x

    g = s2sad.grad(s2sad.grad(f))
    assert g(1.3) == pytest.approx(2 * np.cos(1.3) - 1.3 * np.sin(1.3))
    third = s2sad.grad(g)
    assert third(1.3) == pytest.approx(-3 * np.sin(1.3) - 1.3 * np.cos(1.3))
    assert s2sad.jvp(s2sad.grad(f), (1.3,), (1.0,))[1] == pytest.approx(g(1.3))
    assert s2sad.vjp(s2sad.grad(f), 1.3)[1](1.0)[0] == pytest.approx(g(1.3))


# ---------------------------------------------------------------- methods and callables


def test_decorated_function_stays_itself() -> None:
    assert decorated(2.0, 3.0) == 6.0
    assert decorated.__name__ == "decorated" and decorated.__doc__ == "The doc of the function."
    assert list(inspect.signature(decorated).parameters) == ["x", "y"]
    assert list(inspect.signature(decorated.grad).parameters) == ["x", "y"]
    assert decorated.grad(2.0, 3.0) == 3.0
    assert decorated.value_and_grad(2.0, 3.0) == (6.0, 3.0)
    assert decorated.grad is decorated.grad
    assert "decorated" in repr(decorated) and "decorated" in repr(decorated.grad)


def test_options_of_the_decorator() -> None:
    @s2sad.differentiate(wrt=("x", "y"), check="first")
    def f(x: Any, y: Any) -> Any:
        return x * y

    assert f.grad(2.0, 3.0) == {"x": 3.0, "y": 2.0}
    assert s2sad.grad(f, 1)(2.0, 3.0) == 2.0
    with pytest.raises(ValueError, match="backend"):
        s2sad.differentiate(backend="fortran")(square)  # type: ignore[arg-type]


def test_methods_do_not_count_self() -> None:
    model = Model(np.array([1.0, 2.0]), 3.0)
    x = np.array([5.0, 7.0])
    np.testing.assert_array_equal(model.loss.grad(x), model.w * 3.0)
    np.testing.assert_array_equal(s2sad.grad(model.plain)(x), 2 * model.w * x)
    model.rate = 4.0
    np.testing.assert_array_equal(model.loss.grad(x), model.w * 4.0)
    other = Model(np.array([1.0, 1.0]), 1.0)
    np.testing.assert_array_equal(other.loss.grad(x), [1.0, 1.0])


def test_wrt_self_gives_an_instance() -> None:
    model = Model(np.array([1.0, 2.0]), 3.0)
    x = np.array([5.0, 7.0])
    g = s2sad.grad(model.loss, wrt="self")(x)
    assert type(g) is Model and g.name is None
    np.testing.assert_array_equal(g.w, 3.0 * x)
    assert g.rate == 19.0


def test_callable_instances() -> None:
    class Scale:
        def __init__(self, k: float) -> None:
            self.k = k

        def __call__(self, x: Any) -> Any:
            return self.k * x * x

    assert s2sad.grad(Scale(3.0))(2.0) == 12.0


def test_variadic_arguments() -> None:
    def f(*xs: Any) -> Any:
        return xs[0] * xs[1]

    assert s2sad.grad(f, argnums=(0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert s2sad.grad(f, argnums=-1)(2.0, 3.0) == 2.0


# ---------------------------------------------------------------- source, save, pickle


def test_source_is_what_runs() -> None:
    gradient = s2sad.grad(square)
    gradient(2.0)
    assert "def square_grad(x):" in gradient.source
    assert gradient.source == gradient.source_for(3.0)
    assert gradient.source_for(np.ones(3)[0]) is not None


def test_source_before_a_call_comes_from_annotations() -> None:
    def f(x: float, w: "f8[n]") -> Any:  # type: ignore[name-defined,valid-type]  # noqa: F821, UP037
        return np.sum(w) * x  # type: ignore[name-defined]

    text = s2sad.grad(f).source
    assert "def f_grad(x, w):" in text and "unbroadcast" not in text


def test_saved_module_stands_alone(tmp_path: Path) -> None:
    gradient = s2sad.grad(weighted, argnums=(0, 1))
    x, w = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    expected = gradient(x, w)
    path = gradient.save(tmp_path / "saved.py")
    module = load(path)
    text = path.read_text()
    assert "import s2sad" not in text and text.count("import") == 1
    np.testing.assert_array_equal(module.weighted_grad(x, w), expected)
    for wrong in ((x, np.ones(3)), (x.astype(np.float32), w), ([1.0, 2.0], w), (x[:1], w[:1])):
        with pytest.raises(TypeError, match="generated for"):
            module.weighted_grad(*wrong)
    assert not list(tmp_path.glob(".*"))


def test_pickles_are_rebuilt() -> None:
    for derivative in (s2sad.grad(square), s2sad.value_and_grad(square), s2sad.hessian(square), decorated.grad, decorated):
        again = pickle.loads(pickle.dumps(derivative))
        arguments = (2.0, 3.0) if "decorated" in repr(derivative) else (2.0,)
        assert again(*arguments) == derivative(*arguments)
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    assert copy.deepcopy(decorated) is decorated


def test_tracebacks_show_the_generated_line() -> None:
    def f(x: Any, i: Any) -> Any:
        return x[i] * 2.0

    with pytest.raises(IndexError) as caught:
        s2sad.grad(f)(np.ones(2), 5)
    assert caught.value.__traceback__ is not None


def test_threads_share_one_compilation() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.tanh(x) * x)

    gradient = s2sad.grad(f)
    x = np.linspace(0.0, 1.0, 7)
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(gradient(x))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8 and len({value.tobytes() for value in results}) == 1
    assert gradient._dispatcher.count == 1


def test_the_same_function_is_compiled_once() -> None:
    def f(x: Any) -> Any:
        return x * x

    s2sad.grad(f)(1.0)
    assert s2sad.grad(f)._dispatcher.count == 1
    assert s2sad.grad(s2sad.grad(f))._dispatcher is s2sad.grad(s2sad.grad(f))._dispatcher


def test_graph_prints_and_draws(tmp_path: Path) -> None:
    graph = decorated.graph
    assert "multiply" in str(graph) or "*" in str(graph)
    assert graph.to_svg().startswith("<svg") and "digraph" in graph.to_dot() and "flowchart" in graph.to_mermaid()
    assert graph.save(tmp_path / "g.svg").exists()
