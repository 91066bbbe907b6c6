"""Graphs on characterized cells: what a spike is worth, codes, what the report says; and back."""

import nir
import numpy as np
import pytest

import neuromix as nmx
from neuromix.array.memory import stored
from neuromix.data.events import Events
from neuromix.errors import BadValue, FitFailed, NotMappable
from neuromix.interop.nir import read, write
from neuromix.interop.nir.charges import nominal_charges, width_for
from neuromix.interop.nir.operating import OperatingPoint, rates_at
from neuromix.interop.nir.quantising import Table

DT = 1e-3
RATE = 200.0


def lif(n, tau=20e-3, **more):
    """Return neurons whose membrane a spike of weight w moves by w, where a spike lasts DT."""
    one = np.ones(n)
    return nir.LIF(
        **{"tau": one * tau, "r": one * tau / DT, "v_leak": 0 * one, "v_threshold": one} | more
    )


def chain(*nodes):
    return nir.NIRGraph.from_list(*nodes, type_check=False)


def regular(rate, n, duration):
    """Return trains of one rate, each a part of an interval after the one before."""
    times = (np.arange(0, duration * rate)[:, None] + np.arange(0.5, n) / n) / rate
    return Events.sort(times.ravel(), np.tile(np.arange(n, dtype=np.uint32), len(times)))


@pytest.fixture(scope="module")
def point():
    return OperatingPoint.of(nmx.model("lif_neuron"), RATE)


@pytest.fixture(scope="module")
def table():
    table = np.array([0.0, 1.4, 2.1, 2.9, 4.2]) * 1e-15
    return Table(table, 1.1 * table)


def test_codes_are_the_nearest(table):
    codes = table.nearest(np.array([[0.0, 0.6e-15, 0.8e-15], [-2.4e-15, 9e-15, -9e-15]]))
    assert codes.dtype == np.int8
    assert np.array_equal(codes, [[0, 0, 1], [-2, 4, -4]])
    assert np.allclose(table.charge(codes), [[0, 0, 1.4e-15], [-2.31e-15, 4.2e-15, -4.62e-15]])


def test_the_width_of_pulses_follows_the_largest_weight(point):
    converter, synapse = nmx.model("dac_synapse"), nmx.model("dpi_synapse")
    low, high = synapse.validity["width"].low, synapse.validity["width"].high
    assert width_for(converter, synapse, point.current, 1e-16) == low
    assert width_for(converter, synapse, point.current, 1e-9) == high
    wanted = nominal_charges(converter, synapse, 3e-6, point.current)
    largest = min(wanted.excitatory[0, -1], wanted.inhibitory[0, -1])
    assert np.isclose(width_for(converter, synapse, point.current, largest), 3e-6, rtol=1e-3)


@pytest.mark.parametrize("weight", [0.04, 0.25, 0.6])
def test_a_cell_needs_as_many_events_for_a_spike_as_the_graph(weight):
    """At the operating rate, without mismatch; few large events find a curved synapse."""
    graph = chain(nir.Input(np.array([1])), nir.Linear(np.array([[weight]])), lif(1))
    mapped = read(graph, dt=DT, rate=RATE, mismatch=False, noise=False)
    per_spike = mapped.network.populations["lif"].drive_at(RATE)[0] / (20.0 * DT * weight) / RATE
    duration = 0.25
    events = regular(per_spike * RATE, 1, duration)
    found = nmx.run(mapped.chip, {"input": events}, duration=duration, dt=20e-6)
    times = found.events["lif"].of(0)
    times = times[times > 0.05]
    rate = (len(times) - 1) / (times[-1] - times[0])
    error = next(row.weight_error for row in mapped.rows if row.kind == "weights")
    assert rate == pytest.approx(RATE, rel=0.05 + error)


@pytest.mark.parametrize(("low", "likeness", "apart"), [(0.0, 0.96, 0.12), (-0.25, 0.97, 0.16)])
def test_rates_of_a_layer_are_those_of_the_graph(low, likeness, apart):
    """Without and with inhibition; biases as constant currents, and as lines of spikes."""
    rng = np.random.default_rng(4)
    weight, bias = rng.uniform(low, 0.3, (20, 12)), rng.normal(0.0, 0.05, 20)
    if low < 0.0:
        bias += 0.2
    graph = chain(nir.Input(np.array([12])), nir.Affine(weight, bias), lif(20))
    duration, rates = 0.3, []
    exact = read(graph, dt=DT, cells="ideal")
    constant = read(graph, dt=DT, mismatch=False, noise=False)
    line = read(graph, dt=DT, mismatch=False, noise=False, bias_rate=1000.0)
    for mapped in (exact, constant, line):
        inputs = mapped.inputs({"input": regular(110.0, 12, duration)}, duration=duration)
        assert ("bias" in inputs) == (mapped is line)
        rates.append(nmx.run(mapped.chip, inputs, duration=duration, dt=20e-6).rates("lif"))
    active = rates[0] > 60.0
    assert active.sum() >= 10
    for found in rates[1:]:
        assert np.corrcoef(rates[0], found)[0, 1] > likeness
        assert np.abs(found[active] / rates[0][active] - 1.0).mean() < apart
    assert ("inhibition ends at 0 V" in constant.report()) == (low < 0.0)
    assert "constant current into each neuron, which no cell makes" in constant.report()
    assert "its bias is a weight from a line of 1 kHz" in line.report()


def test_what_a_product_unrolls_is_named():
    rng = np.random.default_rng(5)
    graph = chain(
        nir.Input(np.array([1, 8, 8])),
        nir.Conv2d(None, rng.normal(0.0, 0.2, (2, 1, 3, 3)), 1, 0, 1, 1, np.zeros(2)),
        nir.LIF(*(np.full((2, 6, 6), x) for x in (20e-3, 20.0, 0.0, 1.0))),
        nir.SumPool2d(np.array([2, 2]), np.array([2, 2]), np.array([0, 0])),
        nir.Flatten(None, 0),
        nir.Linear(rng.normal(0.0, 0.3, (4, 18))),
        lif(4),
    )
    mapped = read(graph, dt=DT)
    first, second = mapped.chip.connections
    assert stored(first.codes) <= 18 < len(first.codes.code)
    assert isinstance(second.codes, np.ndarray)
    assert second.codes.shape == (72, 4)
    # Four neurons of a pool share their weight.
    pooled = second.codes.reshape(2, 3, 2, 3, 2, 4)
    assert np.all(pooled == pooled[:, :, :1, :, :1])
    first, second = (row for row in mapped.rows if row.kind == "weights")
    assert "which 648 synapses share, in a sparse memory" in first.mapped_to
    assert not first.lost
    assert second.lost[0].startswith("sumpool2d is unrolled, a weight for each synapse: other")


def test_what_is_lost_is_in_the_report():
    graph = chain(
        nir.Input(np.array([2])),
        nir.Linear(np.array([[40.0, 0.001], [1.0, 0.5]])),
        lif(2, v_reset=np.array([-0.5, 0.0])),
    )
    mapped = read(graph, dt=DT)
    text = mapped.report()
    assert str(mapped) == text
    assert "1 of 4 synapses are smaller than half the first code" in mapped._repr_html_()
    for said in (
        "input (Input): source 'input' of 2 addresses",
        "linear (Linear): part of the weights behind it",
        "lif (LIF): array 'lif' of 2 lif_neuron",
        "tau = 20 ms: the cell's leak does not grow with its membrane",
        "a spike acts at once: the current of dpi_synapse falls with",
        "v_reset other than v_leak",
        "times too small, for the largest code and the longest pulse bring no more",
        "1 of 4 synapses are smaller than half the first code",
        "error of the weights",
        "computed in Mapped.outputs from lif",
    ):
        assert said in text, said


def test_gain_uses_more_codes():
    graph = chain(nir.Linear(np.array([[0.1, -0.05]])), lif(1))
    codes = [read(graph, dt=DT, gain=g).chip.connections[0].codes.ravel() for g in (1.0, 4.0)]
    assert codes[0][0] > 0 > codes[0][1]
    assert codes[1][0] > 3 * codes[0][0]


def test_a_slower_chip_suits_cells_better():
    """As snnTorch exports a decay of 0.9 a step, with steps of 0.1 ms."""
    graph = chain(nir.Linear(np.array([[0.3, -0.1]])), lif(1, tau=1e-3, r=np.full(1, 10.0)))
    quick, slow = (read(graph, dt=1e-4, slowdown=s) for s in (1.0, 20.0))
    assert "tau = 1 ms" in quick.report()
    assert "tau = 20 ms" in slow.report()
    assert "a spike of the graph lasts 2 ms" in slow.report()
    codes = [np.abs(item.chip.connections[0].codes).max() for item in (quick, slow)]
    assert codes[1] > 3 * codes[0]


def test_inhibition_and_loops_run():
    weight = np.array([[0.0, -0.5], [-0.5, 0.0]])
    graph = nir.NIRGraph(
        {
            "input": nir.Input(np.array([2])),
            "fc": nir.Linear(0.5 * np.eye(2)),
            "lif": lif(2),
            "w_rec": nir.Linear(weight),
            "output": nir.Output(np.array([2])),
        },
        [("input", "fc"), ("fc", "lif"), ("lif", "w_rec"), ("w_rec", "lif"), ("lif", "output")],
    )
    mapped = read(graph, dt=DT, mismatch=False, noise=False)
    assert [(c.source, c.target) for c in mapped.chip.connections] == [
        ("input", "lif"),
        ("lif", "lif"),
    ]
    alone = read(chain(nir.Linear(0.5 * np.eye(2)), lif(2)), dt=DT, mismatch=False, noise=False)
    events = regular(600.0, 2, 0.06)
    held, free = (
        nmx.run(item.chip, {"input": events}, duration=0.06, dt=4e-6).counts("lif").sum()
        for item in (mapped, alone)
    )
    assert 0 < held < 0.8 * free


def test_there_and_back_again(tmp_path):
    rng = np.random.default_rng(6)
    graph = chain(
        nir.Input(np.array([10])),
        nir.Affine(rng.normal(0.0, 0.3, (6, 10)), rng.normal(0.0, 0.02, 6)),
        lif(6),
        nir.Linear(rng.normal(0.0, 0.3, (3, 6))),
        lif(3),
    )
    first = read(graph, dt=DT, mismatch=False).chip
    second = read(write(first, tmp_path / "a.nir"), mismatch=False).chip
    assert list(second.blocks) == list(first.blocks)
    assert [(c.source, c.target) for c in second.connections] == [
        (c.source, c.target) for c in first.connections
    ]
    for before, after in zip(first.connections, second.connections, strict=True):
        assert np.array_equal(before.codes, after.codes)
    assert np.allclose(second.blocks["lif"].current, first.blocks["lif"].current, rtol=1e-3)


def test_mismatch_is_in_the_parameters_of_each_neuron(tmp_path, point):
    weight = np.full((16, 3), 0.3)
    mapped = read(chain(nir.Linear(weight), lif(16)), dt=DT, seed=3)
    graph = nir.read(write(mapped.chip, tmp_path / "die.nir"))
    node, joint = graph.nodes["lif"], graph.nodes["input_to_lif"]
    assert isinstance(node, nir.CubaLIF)
    for name, least, most in (("v_threshold", 0.002, 0.05), ("tau_mem", 0.02, 1.0)):
        values = getattr(node, name)
        assert least < values.std() / values.mean() < most
    # One code in all synapses; those of one neuron have one path.
    assert np.allclose(joint.weight, joint.weight[:, :1])
    assert 0.05 < joint.weight[:, 0].std() / joint.weight[:, 0].mean() < 0.6
    other = nir.read(write(mapped.chip.with_seed(4), tmp_path / "other.nir"))
    assert not np.allclose(other.nodes["lif"].v_threshold, node.v_threshold)
    # The graph spikes as often as the neurons of that die do, at currents between its two as well.
    item = read(graph).network.populations["lif"]
    for part, near in ((1.0, 1e-6), (0.7, 0.01), (0.5, 1e-6)):
        currents = np.full(16, part * point.current)
        wanted = rates_at(nmx.model("lif_neuron"), currents, 0.08, seed=3, name="lif")
        assert np.allclose(item.rates(node.r * currents), wanted, rtol=near)


def test_a_graph_of_linear_neurons_comes_back_exactly(tmp_path):
    rng = np.random.default_rng(7)
    loop = nir.NIRGraph(
        {
            "input": nir.Input(np.array([4])),
            "fc": nir.Affine(rng.normal(0.5, 0.2, (5, 4)), rng.normal(0.0, 0.01, 5)),
            "cuba": nir.CubaLIF(
                tau_syn=np.full(5, 4e-3), tau_mem=np.full(5, 15e-3), r=np.full(5, 15.0),
                v_leak=rng.normal(0, 0.05, 5), v_threshold=np.ones(5), w_in=np.full(5, 2.0),
            ),
            "w_rec": nir.Linear(rng.normal(0.0, 0.1, (5, 5))),
            "output": nir.Output(np.array([5])),
        },
        [("input", "fc"), ("fc", "cuba"), ("cuba", "w_rec"), ("w_rec", "cuba"),
         ("cuba", "output")],
    )  # fmt: skip
    first = read(loop, dt=DT, cells="ideal").chip
    second = read(write(first, tmp_path / "a.nir", dt=DT), cells="ideal").chip
    events = regular(300.0, 4, 0.1)
    one, two = (
        nmx.run(c, {"input": events}, duration=0.1, dt=1e-4, mode="clock") for c in (first, second)
    )
    assert len(one.events["cuba"]) > 20
    assert np.array_equal(one.events["cuba"].address, two.events["cuba"].address)
    assert np.allclose(one.events["cuba"].time, two.events["cuba"].time, atol=1e-7)


def test_what_nir_cannot_say_is_refused(tmp_path):
    chip = nmx.Chip(0)
    chip.add("source", nmx.SpikeSource(2))
    values = {
        "membrane_time": 20e-3, "excitatory_time": 5e-3, "inhibitory_time": 10e-3, "rest": 0.0,
        "threshold": 1.0, "reset": 0.0,
    }  # fmt: skip
    ideal = nmx.Model.ideal
    chip.add("two", nmx.Array(ideal("current_based_lif", **values), 2))
    values |= {"inhibitory_time": 5e-3, "refractory_time": 2e-3}
    chip.add("held", nmx.Array(ideal("current_based_lif", **values), 2))
    chip.add("bursting", nmx.Array(nmx.model("izhikevich_neuron"), 2))
    chip.connect("source", "two", weights=np.eye(2), delay=2e-3)
    with pytest.raises(NotMappable) as caught:
        write(chip, tmp_path / "a.nir")
    text = str(caught.value)
    assert "source -> two: its delays are not 0" in text
    assert "two: its synapses have two time constants" in text
    assert "held: it has a refractory time" in text
    assert "bursting: izhikevich_neuron has no one threshold and reset" in text
    assert not (tmp_path / "a.nir").exists()


def test_a_rate_that_some_neurons_do_not_reach(tmp_path):
    mapped = read(chain(nir.Linear(np.eye(2)), lif(2)), dt=DT)
    with pytest.raises((FitFailed, BadValue), match="does not spike"):
        write(mapped.chip, tmp_path / "a.nir", rate=5.0)
    with pytest.raises(BadValue, match="is not a chip"):
        write(42, tmp_path / "a.nir")
