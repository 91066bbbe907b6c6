"""Graphs of NIR on a chip: matrices against numpy, dynamics against the definition, refusals."""

import itertools
import math

import nir
import numpy as np
import pytest

import neuromix as nmx
from neuromix.data.events import Events
from neuromix.errors import BadValue, NotMappable, UnknownName
from neuromix.interop.nir import read
from neuromix.interop.nir.linear_nodes import transform
from neuromix.interop.nir.neurons import neurons
from neuromix.interop.nir.transforms import Unfit

DT = 1e-3


def lif(n, tau=20e-3, threshold=1.0, **more):
    """Return neurons whose membrane a spike of weight w moves by w, where a spike lasts DT."""
    one = np.ones(n)
    given = {"r": one * tau / DT, "v_leak": 0 * one, "v_threshold": one * threshold} | more
    return nir.LIF(tau=one * tau, **given)


def cuba(n, tau=20e-3, tau_syn=5e-3, **more):
    one = np.ones(n)
    given = {"r": one * tau / DT, "v_leak": 0 * one, "v_threshold": one} | more
    return nir.CubaLIF(tau_mem=one * tau, tau_syn=one * tau_syn, **given)


def li(n, tau=30e-3):
    return nir.LI(tau=np.full(n, tau), r=np.full(n, tau / DT), v_leak=np.full(n, 0.1))


def chain(*nodes):
    return nir.NIRGraph.from_list(*nodes, type_check=False)


def convolved(node, image):
    """Return the convolution of PyTorch's definition, as a loop over what it sums."""
    weight = node.weight
    (sy, sx), (py, px), (dy, dx) = node.stride, node.padding, node.dilation
    padded = np.pad(image, ((0, 0), (py, py), (px, px)))
    outputs, inputs, ky, kx = weight.shape
    height = (padded.shape[1] - dy * (ky - 1) - 1) // sy + 1
    width = (padded.shape[2] - dx * (kx - 1) - 1) // sx + 1
    found = np.zeros((outputs, height, width))
    for o in range(outputs):
        first = o // (outputs // node.groups) * inputs
        for y in range(height):
            for x in range(width):
                field = padded[
                    first : first + inputs,
                    y * sy : y * sy + dy * ky : dy,
                    x * sx : x * sx + dx * kx : dx,
                ]
                found[o, y, x] = np.sum(field * weight[o]) + node.bias[o]
    return found


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation", "groups"),
    [
        ((3, 3), (1, 1), (1, 1), (1, 1), 1),
        ((3, 2), (2, 1), (0, 2), (1, 2), 1),
        ((1, 3), (1, 3), (0, 0), (2, 1), 2),
        ((2, 2), (1, 1), (3, 0), (1, 1), 4),
    ],
)
def test_an_unrolled_convolution_is_the_convolution(kernel, stride, padding, dilation, groups):
    rng = np.random.default_rng(20)
    node = nir.Conv2d(
        None, rng.normal(size=(8, 4 // groups, *kernel)), stride, padding, dilation, groups,
        rng.normal(size=8),
    )  # fmt: skip
    image = rng.normal(size=(4, 7, 9))
    wanted = convolved(node, image)
    found = transform(node, image.shape)
    assert found.shape == wanted.shape
    assert np.allclose(found.matrix @ image.ravel() + found.bias, wanted.ravel())


def test_padding_by_name():
    rng = np.random.default_rng(20)
    node = nir.Conv2d((6, 5), rng.normal(size=(2, 1, 4, 3)), 1, "same", 1, 1, np.zeros(2))
    image = rng.normal(size=(1, 6, 5))
    found = transform(node, image.shape)
    assert found.shape == (2, 6, 5)
    # PyTorch adds 3 // 2 rows above a kernel of 4, and the rest below.
    padded = np.pad(image[0], ((1, 2), (1, 1)))
    wanted = [[np.sum(padded[y : y + 4, x : x + 3] * w[0]) for y in range(6) for x in range(5)]
              for w in node.weight]  # fmt: skip
    assert np.allclose(found.matrix @ image.ravel(), np.ravel(wanted))


def test_pooling_flattening_and_scaling():
    rng = np.random.default_rng(20)
    image = rng.normal(size=(3, 6, 4))
    pairs = [np.array([2, 2]), np.array([2, 2]), np.array([0, 0])]
    pooled = transform(nir.SumPool2d(*pairs), image.shape)
    wanted = image.reshape(3, 3, 2, 2, 2).sum(axis=(2, 4))
    assert pooled.shape == wanted.shape
    assert np.allclose(pooled.matrix @ image.ravel(), wanted.ravel())
    averaged = transform(nir.AvgPool2d(*pairs), image.shape)
    assert np.allclose(averaged.matrix @ image.ravel(), wanted.ravel() / 4)
    flat = transform(nir.Flatten({"input": np.array(image.shape)}, 0), image.shape)
    assert flat.shape == (72,)
    assert np.allclose(flat.matrix @ image.ravel(), image.ravel())
    part = transform(nir.Flatten({"input": np.array(image.shape)}, 1), image.shape)
    assert part.shape == (3, 24)
    scaled = transform(nir.Scale(np.arange(72.0)), (72,))
    assert np.allclose(scaled.matrix @ image.ravel(), np.arange(72.0) * image.ravel())


@pytest.mark.parametrize(
    ("node", "shape", "said"),
    [
        (nir.Linear(np.ones((2, 3))), (4,), "takes 3 inputs and gets 4"),
        (nir.Linear(np.ones((2, 3, 4))), (4,), "3 dimensions"),
        (nir.Linear(np.full((2, 3), np.nan)), (3,), "not finite"),
        (nir.SumPool2d(*[np.array([2, 2])] * 3), (6,), "images"),
        (nir.SumPool2d(np.array([9, 9]), np.array([1, 1]), np.array([0, 0])), (1, 4, 4), "larger"),
        (nir.SumPool2d(np.array([2, 2]), np.array([0, 0]), np.array([0, 0])), (1, 4, 4), "stride"),
        (nir.Conv2d(None, np.ones((2, 3, 2, 2)), 1, 0, 1, 1, np.zeros(2)), (1, 4, 4), "channels"),
        (nir.Conv2d(None, np.ones((2, 1, 2, 2)), 1, 0, 1, 1, np.zeros(3)), (1, 4, 4), "3 biases"),
        (nir.Flatten(None, 0), None, "not known"),
    ],
)
def test_what_does_not_fit_says_why(node, shape, said):
    with pytest.raises(Unfit, match=said):
        transform(node, shape)


def regular(rates, duration, seed=3):
    """Return regular trains with random phases, on a grid of 0.1 ms."""
    phase = np.random.default_rng(seed).uniform(size=len(rates))
    trains = [np.arange(p / r, duration, 1.0 / r) for p, r in zip(phase, rates, strict=True)]
    address = np.repeat(np.arange(len(rates)), [len(t) for t in trains])
    return Events.sort(np.rint(np.concatenate(trains) * 1e4) / 1e4, address.astype(np.uint32))


def defined(layers, events, duration, h=2e-6):
    """Return spikes by layer: small steps of NIR's equations, with its own symbols."""
    from_outside = [[] for _ in range(round(duration / h) + 1)]
    for t, a in zip(events.time, events.address, strict=True):
        from_outside[round(t / h)].append(a)
    sizes = [node.v_threshold.size for _, _, node in layers]
    v = [node.v_leak.copy() for _, _, node in layers]
    current = [np.zeros(n) for n in sizes]
    spikes = [[] for _ in layers]
    for step, outside in enumerate(from_outside[:-1]):
        sent = np.zeros(layers[0][0].shape[1])
        np.add.at(sent, outside, 1.0)
        for k, (weight, bias, node) in enumerate(layers):
            area = weight @ sent * DT
            if isinstance(node, nir.CubaLIF):
                tau = node.tau_mem
                current[k] += node.w_in * area / node.tau_syn
                middle = current[k] * np.exp(-0.5 * h / node.tau_syn)
                settled = node.v_leak + node.r * (middle + node.w_in * bias)
                current[k] *= np.exp(-h / node.tau_syn)
            else:
                tau = node.tau
                v[k] += node.r * area / tau
                settled = node.v_leak + node.r * bias
            v[k] += (settled - v[k]) * -np.expm1(-h / tau)
            sent = (v[k] > node.v_threshold).astype(float)
            v[k] = np.where(sent > 0.0, node.v_reset, v[k])
            spikes[k] += [((step + 1) * h, a) for a in np.flatnonzero(sent)]
    return spikes


@pytest.mark.parametrize("make", [lif, cuba])
def test_linear_neurons_are_the_definition(make):
    rng = np.random.default_rng(20)
    weights = [rng.normal(0.25, 0.3, (5, 6)), rng.normal(0.4, 0.4, (3, 5))]
    bias = rng.normal(0.0, 0.02, 5) if make is lif else np.zeros(5)
    first = make(5, v_reset=np.full(5, -0.2), v_leak=rng.normal(0.0, 0.1, 5))
    second = make(3, tau=12e-3)
    graph = chain(
        nir.Input(np.array([6])), nir.Affine(weights[0], bias), first, nir.Linear(weights[1]),
        second,
    )  # fmt: skip
    duration = 0.06
    events = regular(rng.uniform(100.0, 300.0, 6), duration)
    mapped = read(graph, dt=DT, cells="ideal")
    assert "exact" in mapped.report()
    dt = 5e-5
    inputs = mapped.inputs({"input": events}, duration=duration)
    found = nmx.run(mapped.chip, inputs, duration=duration, dt=dt, mode="event")
    wanted = defined(
        [(weights[0], bias, first), (weights[1], np.zeros(3), second)], events, duration
    )
    assert min(map(len, wanted)) > 20
    for node, spikes, n in zip(("", "_1"), wanted, (5, 3), strict=True):
        block = mapped.blocks[("lif" if make is lif else "cubalif") + node]
        for k in range(n):
            times = np.array([t for t, a in spikes if a == k])
            assert len(found.events[block].of(k)) == len(times)
            assert np.abs(found.events[block].of(k) - times).max(initial=0.0) <= dt


def recurrent(n=4):
    """Return a layer that inhibits itself, as an inner graph, the way snnTorch exports it."""
    inner = nir.NIRGraph(
        {
            "input": nir.Input(np.array([n])),
            "lif": cuba(n),
            "w_rec": nir.Linear(-0.4 * (1.0 - np.eye(n))),
            "output": nir.Output(np.array([n])),
        },
        [("input", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
    )
    return nir.NIRGraph(
        {
            "input": nir.Input(np.array([n])),
            "fc": nir.Linear(2.0 * np.eye(n)),
            "layer": inner,
            "output": nir.Output(np.array([n])),
        },
        [("input", "fc"), ("fc", "layer"), ("layer", "output")],
    )


def test_inner_graphs_are_unfolded_and_loops_take_a_step():
    mapped = read(recurrent(), dt=DT, cells="ideal")
    assert mapped.blocks == {"input": "input", "layer.lif": "layer_lif"}
    wires = [(p.source, p.target, p.delays) for p in mapped.chip.projections]
    assert wires == [("input", "layer_lif", 0.0), ("layer_lif", "layer_lif", DT)]
    row = next(row for row in mapped.rows if row.node == "layer.lif -> layer.lif")
    assert row.lost == ("a spike in a loop takes one step, 1 ms",)
    events = regular(np.full(4, 400.0), 0.2)
    inputs = mapped.inputs({"input": events}, duration=0.2)
    alone = read(chain(nir.Linear(2.0 * np.eye(4)), cuba(4)), dt=DT, cells="ideal")
    free = nmx.run(alone.chip, {"input": events}, duration=0.2, dt=1e-4)
    held = nmx.run(mapped.chip, inputs, duration=0.2, dt=1e-4)
    assert 0 < held.counts("layer_lif").sum() < 0.8 * free.counts("cubalif").sum()


def test_paths_that_meet_add_up():
    rng = np.random.default_rng(20)
    one, two, beside = rng.normal(size=(3, 4)), rng.normal(size=(2, 3)), rng.normal(size=(2, 4))
    bias = rng.normal(size=3)
    graph = nir.NIRGraph(
        {
            "in": nir.Input(np.array([4])),
            "one": nir.Affine(one, bias),
            "two": nir.Linear(two),
            "beside": nir.Linear(beside),
            "lif": lif(2),
            "out": nir.Output(np.array([2])),
        },
        [("in", "one"), ("one", "two"), ("two", "lif"), ("in", "beside"), ("beside", "lif"),
         ("lif", "out")],
    )  # fmt: skip
    mapped = read(graph, dt=DT, cells="ideal")
    view = mapped.network.views["lif"]
    assert np.allclose(view.parts["in"].toarray(), two @ one + beside)
    assert np.allclose(view.bias, two @ bias)
    # Its rest, 20 times the bias, is more than 10 V.
    assert "1 of the graph is 100 mV" in mapped.report()
    (wire,) = mapped.chip.projections
    assert np.allclose(wire.weights, 0.1 * (two @ one + beside).T.ravel(), rtol=1e-6)


def test_read_outs_are_solved_for_what_was_recorded():
    rng = np.random.default_rng(20)
    weight, bias = rng.normal(size=(2, 3)), np.array([0.02, -0.01])
    events = Events(np.array([0.01, 0.02, 0.035]), np.array([0, 2, 2], np.uint32))
    slow = nir.CubaLI(
        tau_mem=np.array([30e-3, 20e-3]), tau_syn=np.array([5e-3, 20e-3]),
        r=np.array([20.0, 30.0]), v_leak=np.zeros(2), w_in=np.array([2.0, 1.0]),
    )  # fmt: skip
    for node in (li(2), slow):
        graph = chain(nir.Input(np.array([3])), nir.Affine(weight, bias), node)
        graph.nodes["lif"] = lif(3, threshold=0.5)
        graph.edges.append(("input", "lif"))
        mapped = read(graph, dt=DT, cells="ideal")
        found = nmx.run(mapped.chip, {"input": events}, duration=0.05)
        times = np.linspace(0.0, 0.05, 11)[::-1]
        v, current, h = node.v_leak.copy(), np.zeros(2), 1e-6
        wanted = {}
        for step in range(50_001):
            now = step * h
            hit = [
                a for t, a in zip(events.time, events.address, strict=True) if round(t / h) == step
            ]
            area = sum((weight[:, a] for a in hit), np.zeros(2)) * DT
            if node is slow:
                current += node.w_in * area / node.tau_syn
                current += h * (node.w_in * bias - current) / node.tau_syn
                v += h * (node.v_leak - v + node.r * current) / node.tau_mem
            else:
                v += node.r * area / node.tau + h * (node.v_leak - v + node.r * bias) / node.tau
            wanted[round(now, 9)] = v.copy()
        (values,) = mapped.outputs(found, times).values()
        assert values.shape == (11, 2)
        assert np.allclose(values, [wanted[round(t, 9)] for t in times], rtol=0, atol=2e-3)
        assert "no cell: its equation is solved" in mapped.report()


def test_outputs_behind_spikes_are_sums_over_steps():
    rng = np.random.default_rng(20)
    weight, bias = rng.normal(size=(2, 3)), np.array([0.5, 0.0])
    graph = chain(nir.Input(np.array([3])), lif(3), nir.Affine(weight, bias))
    mapped = read(graph, dt=DT, cells="ideal")
    events = regular(np.full(3, 900.0), 0.05)
    found = nmx.run(mapped.chip, {"input": events}, duration=0.05)
    counts = found.counts("lif")
    assert counts.sum() > 5
    (values,) = mapped.outputs(found).values()
    assert np.allclose(values, weight @ counts + bias * 50)
    with pytest.raises(BadValue, match=r"0 … 0\.05 s"):
        mapped.outputs(found, [0.06])


def test_all_that_cannot_be_mapped_is_named_at_once():
    graph = nir.NIRGraph(
        {
            "input": nir.Input(np.array([4])),
            "delay": nir.Delay(np.ones(4)),
            "wide": nir.Linear(np.ones((3, 5))),
            "if": nir.IF(r=np.ones(3), v_threshold=np.ones(3)),
            "fine": nir.Linear(np.ones((2, 4))),
            "middle": li(2),
            "low": lif(2, v_reset=np.full(2, 2.0)),
            "output": nir.Output(np.array([2])),
        },
        [("input", "delay"), ("input", "wide"), ("wide", "if"),
         ("input", "fine"), ("fine", "middle"), ("middle", "low"), ("low", "output")],
        type_check=False,
    )  # fmt: skip
    with pytest.raises(NotMappable) as caught:
        read(graph, dt=DT)
    text = str(caught.value)
    for line in (
        "5 nodes cannot be mapped",
        "delay: no Delay can be mapped",
        "if: no IF can be mapped",
        "middle: its membrane is an input of low",
        "low: its v_reset is not below its v_threshold",
        "wide: it takes 5 inputs and gets 4",
    ):
        assert line in text


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        (chain(nir.Linear(np.eye(2)), li(2), nir.Linear(np.eye(2)), lif(2)), "sends a voltage"),
        (chain(nir.Linear(np.eye(2)), lif(2, v_leak=np.full(2, 1.5))), "spikes without input"),
        (chain(nir.Linear(np.eye(3)), lif(2)), "for 2 neurons, and its input for 3"),
        (chain(nir.Linear(np.eye(2)), lif(2, tau=0.0)), "not positive"),
        (
            nir.NIRGraph(
                {"input": nir.Input(np.array([2])), "a": nir.Linear(np.eye(2)),
                 "b": nir.Linear(np.eye(2)), "lif": lif(2), "output": nir.Output(np.array([2]))},
                [("input", "a"), ("a", "b"), ("b", "a"), ("b", "lif"), ("lif", "output")],
            ),
            "loop without a neuron",
        ),
    ],
)  # fmt: skip
def test_a_node_says_why_it_cannot_be_mapped(graph, said):
    with pytest.raises(NotMappable, match=said):
        read(graph, dt=DT)


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([nir.Input(np.array([10**6, 10**6])), lif(1)], "more than 10000000 addresses"),
        (
            [nir.Input(np.array([9000])), nir.Linear(np.ones((1, 9000))),
             nir.Linear(np.ones((9000, 1))), lif(1)],
            "may make 81000000 synapses",
        ),
        (
            [nir.Input(np.array([9, 99, 99])),
             nir.Conv2d(None, np.ones((99, 9, 3, 3)), 1, 1, 1, 1, np.zeros(99)), lif(1)],
            "unrolled it has more than 30000000 synapses",
        ),
        (
            [nir.Input(np.array([1, 4, 4])),
             nir.Conv2d(None, np.ones((1, 1, 3, 3)), 1, 10**9, 1, 1, np.zeros(1)), lif(1)],
            "unrolled it has more than 30000000 synapses",
        ),
    ],
)  # fmt: skip
def test_small_files_that_would_make_huge_networks(nodes, said):
    with pytest.raises(NotMappable, match=said):
        read(chain(*nodes), dt=DT)


def test_a_long_loop_without_a_neuron_is_refused():
    names = [f"scale_{k:04}" for k in range(2000)]
    nodes = {name: nir.Scale(np.ones(2)) for name in names}
    nodes |= {"input": nir.Input(np.array([2])), "output": nir.Output(np.array([2]))}
    edges = [*itertools.pairwise(names), (names[-1], names[0]), (names[-1], "output")]
    with pytest.raises(BadValue, match="too many nodes without memory"):
        read(nir.NIRGraph(nodes, edges, type_check=False), dt=DT)


def test_a_long_chain_is_read_whatever_its_order():
    names = [f"scale_{k:04}" for k in range(2000)]
    nodes = {name: nir.Scale(np.full(2, 1.001)) for name in reversed(names)}
    nodes |= {"input": nir.Input(np.array([2])), "lif": lif(2)}
    edges = [("input", names[0]), *itertools.pairwise(names), (names[-1], "lif")]
    mapped = read(nir.NIRGraph(nodes, edges, type_check=False), dt=DT, cells="ideal")
    found = mapped.network.views["lif"].parts["input"].toarray()
    assert np.allclose(found, 1.001**2000 * np.eye(2))


def test_a_loop_of_unknown_shape_is_named():
    one = np.ones(1)
    graph = nir.NIRGraph(
        {
            "input": nir.Input(np.array([2])),
            "lif": nir.LIF(tau=one, r=one, v_leak=0 * one, v_threshold=one),
            "output": nir.Output(np.array([2])),
        },
        [("lif", "lif"), ("input", "output")],
        type_check=False,
    )
    with pytest.raises(NotMappable, match="lif: the shape of what arrives at it is not known"):
        read(graph, dt=DT)


def test_parameters_that_make_no_sense():
    graph = chain(nir.Linear(np.eye(2)), lif(2))
    with pytest.raises(BadValue, match="how long does a spike last"):
        read(graph)
    with pytest.raises(BadValue, match="not a graph"):
        read(42, dt=DT)
    with pytest.raises(UnknownName, match="kind of cells"):
        read(graph, dt=DT, cells="perfect")
    for name in ("dt", "rate", "gain", "slowdown", "bias_rate"):
        with pytest.raises(BadValue, match=name if name != "dt" else "a spike of"):
            read(graph, **{"dt": DT, name: -1.0})
    with pytest.raises(BadValue, match="does not spike at 1 MHz"):
        read(graph, dt=DT, rate=1e6)
    with pytest.raises(NotMappable, match="membrane_time"):
        read(chain(nir.Linear(np.eye(2)), lif(2, tau=1e4)), dt=DT, cells="ideal")
    mapped = read(graph, dt=DT, cells="ideal")
    with pytest.raises(UnknownName, match="input of the graph"):
        mapped.inputs({"pixels": Events.empty()}, duration=1.0)


def test_the_duration_of_a_spike_may_be_in_the_metadata():
    graph = chain(nir.Linear(np.eye(2)), lif(2))
    graph.metadata["dt"] = 2e-3
    assert read(graph, cells="ideal").dt == 2e-3
    assert read(graph, dt=DT, cells="ideal").dt == DT


def test_a_slower_chip_does_the_same_later():
    graph = chain(nir.Linear(np.full((2, 3), 0.3)), cuba(2), nir.Linear(np.eye(2)), li(2))
    events = regular(np.full(3, 300.0), 0.1)
    found = []
    for slowdown in (1.0, 4.0):
        mapped = read(graph, dt=DT, cells="ideal", slowdown=slowdown)
        late = Events(events.time * slowdown, events.address)
        recording = nmx.run(
            mapped.chip, {"input": late}, duration=0.1 * slowdown, dt=1e-4 * slowdown, mode="event"
        )
        found.append((recording.events["cubalif"], mapped.outputs(recording)["output"]))
    (once, value), (slow, later) = found
    assert len(once) > 10
    assert np.array_equal(once.address, slow.address)
    assert np.allclose(once.time * 4.0, slow.time, rtol=1e-9)
    assert np.allclose(value, later)


def test_drive_and_rate_belong_together():
    found = neurons(cuba(3, v_reset=np.full(3, -0.3), v_leak=np.array([-0.1, 0.0, 0.2])), None)
    assert np.allclose(found.rates(found.drive_at(150.0)), 150.0)
    assert np.array_equal(found.rates(np.array([0.0, 0.5, 0.79])), np.zeros(3))
    assert math.isclose(found.jump(DT)[0], 20.0 * DT / 5e-3)


def small(r=20.0):
    one = np.ones(2)
    return chain(nir.Input(np.array([2])), nir.Linear(np.eye(2)), lif(2, r=r * one))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"dt": 1e300}, "spike"),
        ({"gain": 1e9}, "gain"),
        ({"slowdown": 1e300}, "slowdown"),
        ({"mismatch": "no"}, "mismatch"),
        ({"neuron": "x"}, "neuron"),
    ],
)
def test_words_that_make_no_sense(words, said) -> None:
    with pytest.raises(BadValue, match=said):
        read(small(), **({"dt": DT} | words))


def test_a_negative_resistance_is_refused() -> None:
    with pytest.raises(NotMappable, match="resistance"):
        read(small(-1.0), dt=DT, cells="ideal")


def test_what_is_no_input_and_no_recording_of_the_chip() -> None:
    mapped = read(small(), dt=DT, cells="ideal")
    events = Events([0.0], [0])
    with pytest.raises(BadValue, match="by input"):
        mapped.inputs([events], duration=0.1)
    with pytest.raises(BadValue, match=r"Events\.sort"):
        mapped.inputs({"input": [1]}, duration=0.1)
    other = nmx.Chip()
    other.add("another", nmx.SpikeSource(2))
    for recording in ("x", nmx.run(other, {}, duration=1e-3)):
        with pytest.raises(BadValue, match="not a recording"):
            mapped.outputs(recording)
