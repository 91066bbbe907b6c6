"""Neuron with spikes and bursts, fifteen transistors and one replica."""

from neuromix.declare import (
    Bench,
    Bias,
    Cell,
    Constant,
    Current,
    Hold,
    Measure,
    ModelFamily,
    Noise,
    Parameter,
    Port,
    Published,
    Realisation,
    Specification,
    Step,
    Sweep,
    Transient,
    Voltage,
)

SPIKE = (("of", "spike"), ("level", "v_threshold"))  # which is about half the supply

MEASURES = (
    Measure("spikes", "spike_times", "s", SPIKE, "when the output rises through the threshold"),
    Measure(
        "lifted",
        "at_spikes",
        "V",
        (*SPIKE, ("wave", "u")),
        "slow variable when the spike leaves",
    ),
    Measure(
        "pattern",
        "firing_pattern",
        "1",
        SPIKE,
        "0 undetermined, 1 regular spiking, 2 fast spiking, 3 intrinsically bursting, "
        "4 chattering, 5 irregular",
    ),
    Measure("rate", "spike_rate", "Hz", SPIKE, "inverse of the median interval"),
    Measure("spikes_per_burst", "spikes_per_burst", "1", SPIKE, "after the onset; 1 is no burst"),
    Measure("burst_rate", "burst_rate", "Hz", SPIKE, "bursts, or single spikes, in a second"),
    Measure("adaptation_index", "adaptation_index", "1", SPIKE, "how fast intervals grow"),
    Measure(
        "latency", "latency", "s", (*SPIKE, ("since", 1e-6)), "from the step to the first spike"
    ),
    Measure(
        "delay",
        "edge_delay",
        "s",
        (("start", "v_mem"), ("stop", "spike"), ("supply", "supply")),
        "from the membrane's upstroke to the spike",
    ),
    Measure(
        "width",
        "edge_delay",
        "s",
        (
            ("start", "spike"),
            ("stop", "spike"),
            ("supply", "supply"),
            ("edges", "rise fall"),
        ),
        "of the spike, for which the membrane is held",
    ),
    Measure(
        "energy_per_spike",
        "energy_per_spike",
        "J",
        (*SPIKE, ("current", "i(vdd)"), ("voltage", "supply")),
        "of the supply, without what the input and d bring",
    ),
    Measure(
        "energy",
        "supply_energy",
        "J",
        (("current", "i(vdd)"), ("voltage", "supply")),
        "of the supply over the whole run",
    ),
    Measure(
        "lift_energy",
        "supply_energy",
        "J",
        (("current", "i(d)"), ("voltage", "v_lift")),
        "of the source of d over the whole run",
    ),
)

SIZES = (
    ("w_square", 2.3e-6),
    ("l_square", 1e-6),
    ("w_mirror", 2.3e-6),
    ("l_mirror", 1e-6),
    ("w_leak", 1.3e-6),
    ("l_leak", 22e-6),
    ("w_slow", 0.5e-6),
    ("l_slow", 14e-6),
    ("w_slow_leak", 2.6e-6),
    ("l_slow_leak", 18e-6),
    ("w_pair", 1.3e-6),
    ("l_pair", 1e-6),
    ("w_load", 1.3e-6),
    ("l_load", 1e-6),
    ("w_tail", 1.3e-6),
    ("l_tail", 1e-6),
    ("w_inverter_p", 1.3e-6),
    ("l_inverter_p", 0.5e-6),
    ("w_inverter_n", 0.6e-6),
    ("l_inverter_n", 0.5e-6),
    ("w_reset", 2.3e-6),
    ("l_reset", 1e-6),
    ("w_lift", 1.3e-6),
    ("l_lift", 1e-6),
    ("c_membrane", 0.1e-12),
    ("c_slow", 1e-12),
)

HELD = (
    Voltage("v_mem", Constant("v_mem")),
    Voltage("u", Constant("u")),
    Voltage("c", Constant(0.0)),
    Voltage("d", Constant(0.0)),
    Voltage("v_threshold", Constant(1.7)),
)
HELD_PARAMETERS = (
    Parameter("v_mem", 0.0, "V", "membrane, or 0 where it is swept", 0.0, 1.5),
    Parameter("u", 0.0, "V", "slow variable, or 0 where it is swept", 0.0, 1.5),
)
CURRENTS = (
    Measure("membrane_current", "swept", "A", (("of", "i(v_mem)"),), "out of the held membrane"),
    Measure("slow_current", "swept", "A", (("of", "i(u)"),), "out of the held slow variable"),
    Measure("mirror_voltage", "swept", "V", (("of", "g"),), "gate of the mirror"),
)


def _step(name: str, summary: str, reset: float, lift: float, threshold: float) -> Bench:
    """Return the bench of a current step with these voltages c, d and threshold."""
    return Bench(
        name=name,
        summary=summary,
        drives=(
            Current("v_mem", Step(after="i_in", at=1e-6)),
            Voltage("c", Constant("v_reset")),
            Voltage("d", Constant("v_lift")),
            Voltage("v_threshold", Constant("v_threshold")),
        ),
        analysis=Transient(stop="duration", max_step="max_step"),
        parameters=(
            Parameter("i_in", 1e-7, "A", "current into the membrane", 0.0, 1e-6),
            Parameter("v_reset", reset, "V", "voltage c, the membrane after a spike", 0.0, 1.6),
            Parameter("v_lift", lift, "V", "voltage d", 0.0, 3.3),
            Parameter("v_threshold", threshold, "V", "of the membrane", 0.8, 3.0),
            Parameter("duration", 2e-5, "s", "simulated time", 1e-6, 1.0),
            Parameter("max_step", 2e-7, "s", "largest step of the simulator", 1e-9, 1.0),
        ),
        measures=MEASURES,
        keep=("v_mem", "u", "spike", "spike_n", "i(vdd)", "i(c)", "i(d)"),
        initial=(("v_mem", 0.0), ("u", 0.0), ("spike", 0.0), ("spike_n", "supply")),
    )


def _pattern(stimulus: str, number: float) -> Specification:
    """Require a pattern of the stimulus that bears its name."""
    return Specification("pattern", "1", number, number, number, stimulus, meaning=stimulus)


cell = Cell(
    name="izhikevich_neuron",
    summary="neuron with a slow variable: spikes regularly, fast or in bursts, as two voltages say",
    ports=(
        Port("v_mem", "state", "membrane; the input current flows into it"),
        Port("u", "state", "slow variable; its voltage drives the leak of the membrane"),
        Port("spike", "output", "digital, high while the membrane is reset"),
        Port("c", "input", "voltage to which a spike resets the membrane"),
        Port("d", "input", "voltage towards which a spike lifts the slow variable"),
        Port("v_threshold", "input", "membrane voltage at which it spikes"),
        Port("vdd", "supply", "supply"),
        Port("i_comparator", "bias", "tail of the comparator; sets its delay"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=SIZES,
            biases=(Bias("i_comparator", 1.0e-6, "gate at 0.75 V; sets the width of a spike"),),
            supply=3.3,
        ),
        Realisation(
            technology="generic180",
            sizes=SIZES,
            biases=(Bias("i_comparator", 0.5e-6, "sets the width of a spike"),),
            supply=1.8,
        ),
    ),
    benches=(
        _step("step", "a current step into the membrane at 1 µs, at 3.3 V", 0.1, 3.2, 1.7),
        _step("low_supply_step", "the same with the voltages for 1.8 V", 0.1, 1.75, 1.0),
        Bench(
            name="membrane_currents",
            summary="direct currents of both variables while the membrane sweeps below threshold",
            drives=HELD,
            analysis=Sweep((("v_mem", 1.0),), 0.0, 1.3, 53),
            parameters=HELD_PARAMETERS,
            measures=CURRENTS,
            keep=("i(v_mem)", "i(u)", "g"),
        ),
        Bench(
            name="slow_currents",
            summary="direct currents of both variables while the slow one sweeps",
            drives=HELD,
            analysis=Sweep((("u", 1.0),), 0.0, 1.4, 57),
            parameters=HELD_PARAMETERS,
            measures=CURRENTS,
            keep=("i(v_mem)", "i(u)", "g"),
        ),
        Bench(
            name="noise",
            summary="noise current of the membrane, both variables held at voltages",
            drives=(
                Current("v_mem", Constant(0.0)),
                Hold("v_mem", "v_hold"),
                Hold("u", "u_hold"),
                Voltage("c", Constant(0.1)),
                Voltage("d", Constant(0.0)),
                Voltage("v_threshold", Constant(1.7)),
            ),
            analysis=Noise(output="v_mem", input="v_mem", start=1e3, stop=1e8, points=5),
            parameters=(
                Parameter("v_hold", 0.4, "V", "membrane voltage", 0.0, 1.0),
                Parameter("u_hold", 0.8, "V", "slow variable", 0.0, 1.5),
            ),
        ),
    ),
    model=ModelFamily("mirrored_feedback_neuron"),
    sources=(
        "J. H. B. Wijekoon and P. Dudek, 'Compact silicon neuron circuit with spiking and bursting "
        "behaviour', Neural Networks 21, 524-534 (2008)",
    ),
    specifications=(
        _pattern("regular spiking", 1.0),
        _pattern("fast spiking", 2.0),
        _pattern("intrinsically bursting", 3.0),
        _pattern("chattering", 4.0),
        Specification("spikes_per_burst", "1", 2.0, 3.0, 5.0, "chattering"),
        Specification("rate", "Hz", 500e3, 600e3, 900e3, "regular spiking"),
        Specification(
            "rate",
            "1",
            maximum=0.05,
            typical=0.02,
            stimulus="regular spiking",
            statistic="coefficient_of_variation",
        ),
        Specification(
            "energy_per_spike", "J", typical=26e-12, maximum=32e-12, stimulus="regular spiking"
        ),
        Specification("width", "s", 5e-9, 12e-9, 25e-9, "regular spiking"),
    ),
    published=(
        Published(
            "transistors",
            14,
            "1",
            "J. H. B. Wijekoon and P. Dudek, Neural Networks 21, 2008, 0.35 µm",
            "transistors",
            better="lower",
            note="recalled; ours counts the replica of its bias",
        ),
        Published(
            "energy per spike",
            9e-12,
            "J",
            "J. H. B. Wijekoon and P. Dudek, Neural Networks 21, 2008, 0.35 µm",
            "energy_per_spike",
            "regular spiking",
            better="lower",
            note="recalled, at their own supply and rate; ours at 0.6 MHz with the standing power "
            "of the comparator, before layout, without what the input and d bring",
        ),
        Published(
            "area",
            2800e-12,
            "m²",
            "J. H. B. Wijekoon and P. Dudek, Neural Networks 21, 2008, 0.35 µm",
            note="recalled; theirs a layout with its capacitors; of ours only the area of "
            "gates is known",
        ),
    ),
)
