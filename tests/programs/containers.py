"""Tuples, lists, dicts, named tuples and dataclasses, of known structure and growing."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from harness import program


class Layer(NamedTuple):
    weight: np.ndarray
    bias: np.ndarray


@dataclass
class Model:
    scale: float
    weight: np.ndarray
    steps: int


def affine(h, weight, bias):
    return h @ weight + bias


@program(lambda r, n: ([(r.array(3, 4), r.array(4)), (r.array(4, 2), r.array(2))], r.array(n, 3)))
def layers_in_a_list_of_tuples(params, x):
    h = x
    for weight, bias in params[:-1]:
        h = np.tanh(affine(h, weight, bias))
    weight, bias = params[-1]
    return np.mean(affine(h, weight, bias) ** 2)


@program(lambda r, n: ({"w": [r.array(3, 3), r.array(3, 1)], "b": r.number()}, r.array(n, 3)))
def nested_containers(p, x):
    h = x
    for w in p["w"]:
        h = np.sin(h @ w)
    return np.sum(h) * p["b"]


@program(lambda r, n: (Layer(r.array(3, n), r.array(3)), r.array(n)))
def named_tuple(layer, x):
    return np.sum(np.tanh(layer.weight @ x + layer.bias))


@program(lambda r, n: (Model(r.number(), r.array(n), 3),))
def dataclass_argument(model):
    total = 0.0
    for _ in range(model.steps):
        total = total * model.scale + np.sum(model.weight * model.weight)
    return total


@program(lambda r, n: ((r.number(), r.number()), r.number()))
def tuple_argument(pair, c):
    a, b = pair
    return a * b + pair[0] * c


@program(lambda r, n: ({"a": r.number(), "b": r.array(n)},))
def items_of_a_dict(p):
    total = 0.0
    for name, value in p.items():
        total += np.sum(value * value) * len(name)
    return total


@program(lambda r, n: (r.array(n),))
def list_built_and_indexed(x):
    values = [x[0], x[1] * 2.0, 3.0]
    values[2] = values[0] * values[1]
    values.append(values[-1] ** 2)
    return values[3] + values[0]


@program(lambda r, n: (r.array(n),))
def list_comprehension(x):
    squares = [v * v for v in x]
    return sum(squares)


@program(lambda r, n: (r.array(n),))
def list_grows_under_a_condition(x):
    kept = []
    for v in x:
        if v > 0.9:
            kept.append(v * v)
    total = 0.0
    for v in kept:
        total += np.sin(v)
    return total + len(kept)


@program(lambda r, n: (r.array(n),))
def list_made_an_array(x):
    values = []
    for i in range(len(x)):
        values.append(x[i] * i)
    return np.sum(np.array(values) ** 2)


@program(lambda r, n: (r.array(n),))
def list_popped(x):
    stack = [x * 1.0, x * 2.0]
    top = stack.pop()
    stack.append(top * top)
    return np.sum(stack[0] * stack[1])


@program(lambda r, n: ([r.number() for _ in range(n)],))
def list_of_numbers(values):
    total = 1.0
    for v in values:
        total = total * v + v * v
    return total


@program(lambda r, n: ([r.array(2) for _ in range(n)],))
def list_of_arrays(values):
    total = 0.0
    for i, v in enumerate(values):
        total += np.sum(v**2) * i
    return total


@program(lambda r, n: (r.array(n),))
def dict_built_inside(x):
    cache = {"sum": np.sum(x)}
    cache["square"] = cache["sum"] ** 2
    cache["sum"] += cache["square"]
    return cache["sum"] * cache["square"]


@program(lambda r, n: (Model(r.number(), r.array(n), 2),))
def dataclass_field_updated(model):
    model.weight *= model.scale
    model.scale = model.scale * 2.0
    return np.sum(model.weight) * model.scale


@program(lambda r, n: (r.array(n),))
def tuples_compared_and_concatenated(x):
    pair = (x[0], x[1]) + (x[2],)
    total = 0.0
    for v in pair:
        total += v * v
    return total * len(pair)


@program(lambda r, n: (r.array(n), {"activation": "tanh", "scale": 2.0}))
def decided_by_a_string(x, options):
    if options["activation"] == "tanh":
        h = np.tanh(x)
    elif options["activation"] == "relu":
        h = np.maximum(x, 0.0)
    else:
        raise ValueError(options["activation"])
    return np.sum(h) * options["scale"]


@program(lambda r, n: (r.array(n), None))
def optional_argument(x, bias):
    y = x * x
    if bias is not None:
        y = y + bias
    return np.sum(y)


@program(lambda r, n: (r.array(3),), layouts=False)
def list_that_grows_while_it_is_visited(x):
    queue = [x[0], x[1]]
    total = 0.0
    for v in queue:
        total += v
        if len(queue) < 5:
            queue.append(v * x[2])
    return total * queue[-1]


@program(lambda r, n: (r.array(3),), layouts=False)
def numbered_list_that_grows_while_it_is_visited(x):
    queue = [x[0], x[1]]
    total = 0.0
    for i, v in enumerate(queue):
        total += v * i
        if i < 3:
            queue.append(v * x[2])
    return total * queue[-1]


@program(lambda r, n: (r.array(n),))
def list_of_unknown_length_written_while_it_is_visited(x):
    squares = [v for v in x if v > 0]
    total = 0.0
    for i, v in enumerate(squares):
        squares[i] = v * v
        total += squares[i] * squares[0]
    return total


@program(lambda r, n: (r.array(3),), layouts=False)
def dict_left_after_a_key_is_taken_out(x):
    table = {"a": x[0], "b": x[1]}
    for key in table:
        if key == "a":
            del table["a"]
            break
    return table["b"] * x[2]
