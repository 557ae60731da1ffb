"""Every invariant of the verifier, with a graph that breaks it; and graphs that break none."""

from __future__ import annotations

import numpy as np
import pytest
from graph.samples import ADD, ADD_AT, COPY, EXPAND, F8, GET, LESS, OPERATIONS, PRINT, PUT, TANH, ZEROS, at_index, loop_with_twin, vector

from s2sad.graph.agree import spans
from s2sad.graph.build import new_graph
from s2sad.graph.core import CALL, FOR, TRY, WHILE, WITH, Domain, Node, Operation, Region
from s2sad.graph.invariants import INVARIANTS
from s2sad.graph.sizes import Atom, Size
from s2sad.graph.types import BOOL, FLOAT, INT, TOKEN, Array, Opaque
from s2sad.graph.verify import VerifyError, verify, verifying, violations

BROKEN = {}


def breaks(name):
    def register(make):
        BROKEN.setdefault(name, []).append(make)
        return make

    return register


def straight():
    graph, b = new_graph("f", [vector("n"), FLOAT], ["x", "a"])
    graph.size_sources = {"n": (graph.parameters[0], 0)}
    return graph, b, *graph.parameters


def branching():
    graph, b, x, a = straight()
    then, otherwise = b.new_region(), b.new_region()
    then.results, otherwise.results = [a], [a]
    node = b.branch(b.emit(LESS, a, 1.0), then, otherwise)
    graph.body.results = [node.result]
    return graph, b, node


def looping():
    graph, b, x, a = straight()
    body = b.new_region([INT, FLOAT], ["i", "s"])
    body.results = [body.parameters[1]]
    node = b.loop(b.constant(0), b.constant(3), b.constant(1), [a], body)
    graph.body.results = [node.result]
    return graph, b, node


def whiling():
    graph, b, x, a = straight()
    test, body = b.new_region([FLOAT], ["s"]), b.new_region([FLOAT], ["s"])
    with b.inside(test):
        test.results = [b.emit(LESS, test.parameters[0], 1.0)]
    body.results = [body.parameters[0]]
    node = b.append(WHILE, [a], {}, [FLOAT], regions=[test, body])
    graph.body.results = [node.result]
    return graph, b, node


def trying():
    graph, b, x, a = straight()
    body, handler, otherwise, finish = (b.new_region() for _ in range(4))
    with b.inside(body):
        inner = b.emit(ADD, a, 1.0)
    otherwise.results, handler.results = [inner], [a]
    node = b.append(TRY, (), {"handlers": ("ValueError",)}, [FLOAT], regions=[body, handler, otherwise, finish])
    graph.body.results = [node.result]
    return graph, b, node


@pytest.mark.parametrize("make", [straight, branching, looping, whiling, trying])
def test_well_formed(make):
    verify(make()[0], operations=OPERATIONS)


def test_well_formed_with_at_trip():
    verify(loop_with_twin(), operations=OPERATIONS)


@breaks("defined-once")
def _():
    graph, b, x, a = straight()
    y = b.emit(ADD, a, 1.0)
    graph.body.nodes.append(y.owner)
    return graph


@breaks("defined-once")
def _():
    graph, b, x, a = straight()
    b.emit(ADD, a, 1.0).owner = graph.body
    return graph


@breaks("defined-once")
def _():
    graph, b, node = branching()
    node.regions = (node.regions[0], node.regions[0])
    return graph


@breaks("defined-once")
def _():
    graph, b, x, a = straight()
    graph.body.nodes.append(Node(ADD, (a, a), results=(a,)))
    return graph


@breaks("scope")
def _():
    graph, b, x, a = straight()
    b.emit(ADD, b.emit(ADD, a, a), a)
    graph.body.nodes.reverse()
    return graph


@breaks("scope")
def _():
    graph, b, node = looping()
    graph.body.results = [node.regions[0].parameters[1]]
    return graph


@breaks("scope")
def _():
    graph, b, node = trying()
    body, handler, *_ = node.regions
    handler.results = [body.nodes[-1].result]
    return graph


@breaks("at-trip-stage")
def _():
    graph = loop_with_twin()
    graph.stage = "kept"
    return graph


@breaks("at-trip-domain")
def _():
    return loop_with_twin(domain=Domain("other"))


@breaks("at-trip-order")
def _():
    graph = loop_with_twin()
    loops = [node for node in graph.body.nodes if node.operation is FOR]
    graph.body.nodes.remove(loops[1])
    graph.body.nodes.insert(graph.body.nodes.index(loops[0]), loops[1])
    return graph


@breaks("operand-count")
def _():
    graph, b, node = branching()
    node.operands *= 2
    return graph


@breaks("operand-count")
def _():
    graph, b, node = looping()
    node.operands = node.operands[:2]
    return graph


@breaks("region-count")
def _():
    graph, b, x, a = straight()
    b.emit(ADD, a, a).owner.regions = (Region(),)
    return graph


@breaks("region-count")
def _():
    graph, b, node = trying()
    node.static = {"handlers": ()}
    return graph


@breaks("region-parameters")
def _():
    graph, b, node = looping()
    node.operands = node.operands[:3]
    return graph


@breaks("region-parameters")
def _():
    graph, b, node = branching()
    node.regions = (b.new_region([INT]), node.regions[1])
    return graph


@breaks("region-results")
def _():
    graph, b, node = branching()
    node.regions[1].results = []
    return graph


@breaks("region-results")
def _():
    graph, b, node = looping()
    node.static = {"leaves": True}
    return graph


@breaks("region-results")
def _():
    graph, b, node = whiling()
    node.regions[0].results *= 2
    return graph


@breaks("branch-types")
def _():
    graph, b, node = branching()
    with b.inside(node.regions[0]):
        node.regions[0].results = [b.constant(1)]
    return graph


@breaks("branch-types")
def _():
    graph, b, x, a = straight()
    then, otherwise = b.new_region(), b.new_region()
    then.results, otherwise.results = [x], [b.emit(ZEROS, shape=(Size.of(3),), dtype="f8")]
    b.branch(b.emit(LESS, a, 1.0), then, otherwise)
    return graph


@breaks("carried-types")
def _():
    graph, b, node = looping()
    node.result.type = INT
    return graph


@breaks("carried-types")
def _():
    graph, b, node = whiling()
    node.regions[1].parameters[0].type = vector("n")
    return graph


@breaks("loop-bounds")
def _():
    graph, b, node = looping()
    node.operands = (b.constant(0), graph.parameters[1], *node.operands[2:])
    graph.body.nodes.append(graph.body.nodes.pop(-2))
    return graph


@breaks("call-types")
def _():
    graph, b, x, a = straight()
    callee = straight()[0]
    b.append(CALL, [a, a], {"graph": callee}, [])
    return graph


@breaks("call-types")
def _():
    graph, b, x, a = straight()
    b.append(CALL, [a, a], {}, [])
    return graph


@breaks("result-types")
def _():
    graph, b, x, a = straight()
    b.emit(ADD, a, a).type = F8
    return graph


@breaks("result-types")
def _():
    graph, b, x, a = straight()
    graph.body.nodes.append(b.emit(TANH, a).owner)
    graph.body.nodes.pop()
    graph.body.nodes[-1].operands = (a, a)
    return graph


def printing():
    graph, b = new_graph("f", [TOKEN, BOOL], ["", "c"])
    token, c = graph.parameters
    return graph, b, token, c


@breaks("effect-token")
def _():
    graph, b, token, c = printing()
    b.append(PRINT, [c], {}, [TOKEN])
    return graph


@breaks("token-linear")
def _():
    graph, b, token, c = printing()
    b.append(PRINT, [token, c], {}, [TOKEN])
    b.append(PRINT, [token, c], {}, [TOKEN])
    return graph


@breaks("token-linear")
def _():
    graph, b, token, c = printing()
    body = b.new_region([INT])
    with b.inside(body):
        b.append(PRINT, [token, c], {}, [TOKEN])
    b.loop(b.constant(0), b.constant(2), b.constant(1), [], body)
    return graph


@breaks("token-linear")
def _():
    graph, b, token, c = printing()
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        b.append(PRINT, [token, c], {}, [TOKEN])
    b.branch(c, then, otherwise)
    graph.body.results = [token]
    return graph


def test_a_token_may_be_used_in_both_branches():
    graph, b, token, c = printing()
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [b.append(PRINT, [token, c], {}, [TOKEN]).result]
    otherwise.results = [token]
    graph.body.results = [b.branch(c, then, otherwise).result]
    verify(graph)


@breaks("size-sources")
def _():
    graph, b, x, a = straight()
    b.size(Size.of(Atom("m")))
    return graph


@breaks("size-sources")
def _():
    graph, b, x, a = straight()
    graph.size_sources["m"] = (x, 1)
    return graph


@breaks("size-sources")
def _():
    graph, b, x, a = straight()
    graph.size_sources["m"] = (b.constant(3), None)
    return graph


@breaks("static-sizes")
def _():
    graph, b, x, a = straight()
    b.emit(ZEROS, shape=(Size.of(2), graph.sizes.fresh()), dtype="f8")
    return graph


@breaks("registered")
def _():
    graph, b, x, a = straight()
    b.emit(Operation("add", ADD.evaluate, ADD.infer), a, a)
    b.emit(ADD, a, a)
    return graph


@breaks("registered")
def _():
    graph, b, x, a = straight()
    b.emit(Operation("new", ADD.evaluate, ADD.infer), a, a)
    return graph


@breaks("deterministic-names")
def _():
    graph, b, x, a = straight()
    b.emit(ADD, a, a, name="<object at 0x7f00aa00>")
    return graph


@breaks("stage")
def _():
    graph, *_ = straight()
    graph.stage = "done"
    return graph


def sequenced(make):
    """Build a sequenced graph of a vector."""

    def build():
        graph, b, x, a = straight()
        y = b.emit(COPY, x)
        graph.body.results = list(make(b, x, y, a))
        graph.stage = "sequenced"
        return graph

    return build


def loop(b, initial, make, **static):
    body = b.new_region([INT, *(value.type for value in initial)])
    with b.inside(body):
        body.results = list(make(*body.parameters))
    return b.loop(b.constant(0), b.constant(3), b.constant(1), initial, body, **static).results


def set_first(b, base, value=1.0):
    return b.emit(PUT, base, value, path=at_index(0))


@breaks("version")
@sequenced
def _(b, x, y, a):
    """An old version is read."""
    set_first(b, y)
    return [b.emit(TANH, y)]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A view lives across a write."""
    view = b.emit(GET, y, path=at_index(slice(1, 2)))
    set_first(b, y)
    return [view]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A write through a view."""
    view = b.emit(GET, y, path=at_index(slice(1, 2)))
    return [set_first(b, view), y]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """The next trip reads what this one overwrites."""
    return loop(b, [a], lambda i, s: [set_first(b, y), s][1:])


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A loop takes over a buffer that is read afterwards."""
    (z,) = loop(b, [y], lambda i, s: [set_first(b, s)])
    return [z, y]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """Two slots are the same buffer."""
    z, w = loop(b, [y, y], lambda i, s, t: [set_first(b, s), t])
    return [z, w]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """Two slots become the same buffer."""
    z, w = loop(b, [y, b.emit(COPY, x)], lambda i, s, t: [set_first(b, s), s][::-1])
    return [z, w]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A branch writes what is read after it."""
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [set_first(b, y)]
    otherwise.results = [y]
    return [b.branch(b.emit(LESS, a, 1.0), then, otherwise).result, y]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """What comes out of a branch is written, and what went in read."""
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [b.emit(COPY, y)]
    otherwise.results = [y]
    return [set_first(b, b.branch(b.emit(LESS, a, 1.0), then, otherwise).result), y]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A slot that was swapped with another one is written, and an outer name of it read."""
    z = b.emit(COPY, x)
    u, v = loop(b, [y, z], lambda i, s, t: [t, s])
    return [set_first(b, u), v, z]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A callee writes."""
    callee, c = new_graph("g", [vector("n")], ["v"])
    callee.body.results = [set_first(c, callee.parameters[0])]
    callee.stage = "sequenced"
    return [b.append(CALL, [y], {"graph": callee}, [vector("n")]).result, y]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A callee hands its argument back."""
    callee, c = new_graph("g", [vector("n")], ["v"])
    callee.body.results = list(callee.parameters)
    callee.stage = "sequenced"
    z = b.append(CALL, [y], {"graph": callee}, [vector("n")]).result
    return [set_first(b, z), y]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A while test writes what its body reads."""
    test, body = b.new_region([vector("n")]), b.new_region([vector("n")])
    with b.inside(test):
        set_first(b, test.parameters[0])
        test.results = [b.constant(False)]
    body.results = list(body.parameters)
    return [b.append(WHILE, [y], {}, [vector("n")], regions=[test, body]).result]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A handler reads what the body wrote."""
    body, handler, otherwise, finish = (b.new_region() for _ in range(4))
    with b.inside(body):
        otherwise.results = [set_first(b, y)]
    handler.results = [y]
    return [b.append(TRY, (), {"handlers": ("ValueError",)}, [y.type], regions=[body, handler, otherwise, finish]).result]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A list holds an array that is written."""
    kept = b.emit(OPERATIONS["list_append"], b.emit(OPERATIONS["list_new"], element=y.type), y)
    set_first(b, y)
    return [b.emit(OPERATIONS["list_get"], kept, 0)]


@breaks("version")
@sequenced
def _(b, x, y, a):
    """A pack holds an array that is written."""
    pack = b.emit(OPERATIONS["pack"], y, y)
    set_first(b, y)
    return [pack]


@breaks("constant-written")
@sequenced
def _(b, x, y, a):
    return [set_first(b, b.constant(np.ones(3), Array("f8", (Size.of(3),))))]


FINE = []


@FINE.append
@sequenced
def _(b, x, y, a):
    """Writes in a row."""
    return [b.emit(ADD_AT, set_first(b, set_first(b, y)), 2.0, path=())]


@FINE.append
@sequenced
def _(b, x, y, a):
    """A view that is spent before the write."""
    view = b.emit(GET, y, path=at_index(slice(1, 2)))
    return [b.emit(TANH, view), set_first(b, y)]


@FINE.append
@sequenced
def _(b, x, y, a):
    """Two arrays that a loop swaps, one of them written in each trip; both read and written afterwards."""
    z = b.emit(COPY, x)
    u, v = loop(b, [y, z], lambda i, s, t: [set_first(b, t, 2.0), s])
    w = set_first(b, u)
    return [w, set_first(b, v)]


@FINE.append
@sequenced
def _(b, x, y, a):
    """Branches are exclusive."""
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [set_first(b, y)]
    with b.inside(otherwise):
        otherwise.results = [set_first(b, y, 2.0)]
    return [set_first(b, b.branch(b.emit(LESS, a, 1.0), then, otherwise).result)]


@FINE.append
@sequenced
def _(b, x, y, a):
    """A slot gets a new buffer each trip; the last one is handed out."""
    (u,) = loop(b, [y], lambda i, s: [set_first(b, b.emit(TANH, s))])
    return [u, b.emit(TANH, y)]


@FINE.append
@sequenced
def _(b, x, y, a):
    """Nested loops that carry one buffer."""
    (u,) = loop(b, [y], lambda i, s: loop(b, [set_first(b, s)], lambda j, t: [set_first(b, t)]))
    return [u]


@FINE.append
@sequenced
def _(b, x, y, a):
    """An element read as a number does not share memory."""
    element = b.emit(GET, y, 0, path=at_index("operand"))
    return [set_first(b, y), element]


@pytest.mark.parametrize("make", FINE, ids=range(len(FINE)))
def test_sequenced_graphs_that_are_right(make):
    verify(make(), writable=(), owned_results=True)


@breaks("broadcast-written")
@sequenced
def _(b, x, y, a):
    """A broadcast that a loop carries."""
    return loop(b, [b.emit(EXPAND, a, shape=x.type.shape)], lambda i, s: [set_first(b, s)])


@breaks("results-owned")
@sequenced
def _(b, x, y, a):
    """A constant is handed out."""
    then, otherwise = b.new_region(), b.new_region()
    with b.inside(then):
        then.results = [b.constant(np.ones(3), x.type)]
    otherwise.results = [y]
    return [b.branch(b.emit(LESS, a, 1.0), then, otherwise).result]


@breaks("argument-written")
@sequenced
def _(b, x, y, a):
    return [set_first(b, x)]


@breaks("argument-written")
@sequenced
def _(b, x, y, a):
    """Through a slot of a loop in a loop."""
    return loop(b, [x], lambda i, s: loop(b, [s], lambda j, t: [set_first(b, t)]))


@breaks("results-owned")
@sequenced
def _(b, x, y, a):
    return [b.emit(GET, x, path=at_index(slice(1, 2)))]


@breaks("results-owned")
@sequenced
def _(b, x, y, a):
    return [y, y]


CASES = [(name, make) for name, makes in BROKEN.items() for make in makes]


@pytest.mark.parametrize(("name", "make"), CASES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(CASES)])
def test_broken(name, make):
    graph = make()
    found = violations(graph, operations=OPERATIONS if name == "registered" else None, writable=(), owned_results=name == "results-owned")
    assert name in [violation.invariant for violation in found], [str(violation) for violation in found]


def test_every_invariant_has_a_graph_that_breaks_it():
    assert sorted(BROKEN) == sorted(INVARIANTS)


def test_parameters_that_may_be_written():
    verify(BROKEN["argument-written"][0](), writable=(0,))
    verify(BROKEN["argument-written"][0]())


def test_callees_are_verified():
    graph, b, x, a = straight()
    callee = BROKEN["stage"][0]()
    b.append(CALL, [x, a], {"graph": callee}, [])
    with pytest.raises(VerifyError, match=r"graph f \(done\) is malformed:\n  stage: 'done'") as caught:
        verify(graph)
    assert caught.value.invariant == "stage"


def test_recursive_calls_settle():
    graph, b = new_graph("g", [vector("n")], ["v"])
    (v,) = graph.parameters
    again, stop = b.new_region(), b.new_region()
    with b.inside(again):
        again.results = [b.append(CALL, [v], {"graph": graph}, [vector("n")]).result]
    stop.results = [v]
    graph.body.results = [set_first(b, b.branch(b.emit(LESS, b.constant(1.0), 1.0), again, stop).result)]
    graph.stage = "sequenced"
    outer, c, x, a = straight()
    y = c.emit(COPY, x)
    z = c.append(CALL, [y], {"graph": graph}, [vector("n")]).result
    outer.body.results = [z]
    outer.stage = "sequenced"
    verify(outer, writable=())
    outer.body.results = [z, y]
    with pytest.raises(VerifyError, match="version"):
        verify(outer)


def test_inference_does_not_leave_assumptions_behind():
    graph, b, x, a = straight()
    infer = Operation("pick", lambda u: u, lambda sizes, kind: kind if sizes.equal(kind.shape[0], Size.of(3)) else FLOAT)
    graph.sizes.seen = {"n": 3}
    b.append(infer, [x], {}, [x.type])
    verify(graph)
    assert not graph.sizes.assumptions


def test_sizes_agree_by_assumption():
    n, m, k = (Size.of(Atom(name)) for name in "nmk")
    assert spans([n - m, m - k], n - k)
    assert spans([n - m - 1], m - n + 1)
    assert not spans([n - m], n - k)
    assert not spans([n - m - 1], n - m)
    graph, b, x, a = straight()
    then, otherwise = b.new_region(), b.new_region()
    then.results, otherwise.results = [x], [b.emit(ZEROS, shape=(n * 1 + 0,), dtype="f8")]
    otherwise.results[0].type = vector("m")
    b.branch(b.emit(LESS, a, 1.0), then, otherwise)
    assert [v.invariant for v in violations(graph)] == ["branch-types"]
    graph.sizes.assume(n, "==", m)
    graph.size_sources["m"] = (x, 0)
    assert not violations(graph)


def test_environment_variable(monkeypatch):
    monkeypatch.delenv("S2SAD_VERIFY", raising=False)
    assert not verifying()
    monkeypatch.setenv("S2SAD_VERIFY", "1")
    assert verifying()


def test_with_and_handlers():
    graph, b, x, a = straight()
    body = b.new_region([Opaque("file")], ["f"])
    body.results = [a]
    b.append(WITH, [b.constant(None)], {}, [FLOAT], regions=[body])
    verify(graph)
    body.parameters.extend(b.new_region([FLOAT]).parameters)
    assert "region-parameters" in [v.invariant for v in violations(graph)]
