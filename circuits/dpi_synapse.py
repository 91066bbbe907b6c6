"""Differential-pair integrator synapse, fourteen transistors, replicas included."""

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
    OperatingPoint,
    Parameter,
    Port,
    Published,
    Pulses,
    Realisation,
    Settings,
    Specification,
    Transient,
    Voltage,
)

# A few picoamperes bias the gates: gmin at ngspice's default of 1e-12 S would be an error of 58 %.
SETTINGS = Settings(abstol=1e-16)

SINK = ("of", "i(out_sink)")
GRID = (("start", 0.0), ("stop", "duration"), ("points", "points"))
MEASURES = (
    Measure(
        "out_source",
        "pushed_current",
        "A",
        (("of", "i(out_source)"), *GRID),
        "current that the source output sends, at even times",
    ),
    Measure(
        "out_sink",
        "sampled",
        "A",
        (SINK, *GRID),
        "current that the sink output takes, at even times",
    ),
    Measure("peak", "peak", "A", (SINK,), "largest current of the sink output"),
    Measure(
        "energy",
        "supply_energy",
        "J",
        (("current", "i(vdd)"), ("voltage", "supply")),
        "of the supply, without what pushes i_weight",
    ),
)
DECAY = Measure(
    "time_constant",
    "decay_time",
    "s",
    (SINK, ("start", 1e-3), ("stop", 4e-3)),
    "of the sink output between 1 ms and 4 ms",
)
KEEP = ("pre", "i(out_source)", "i(out_sink)", "i(vdd)")


STANDING = (
    Voltage("pre", Constant("supply")),
    Current("i_weight", Constant("i_weight")),
    Voltage("out_sink", Constant("v_out")),
)
STANDING_PARAMETERS = (
    Parameter("i_weight", 5e-12, "A", "weight current", 0.0, 1e-9),
    Parameter("v_out", 0.5, "V", "voltage at both outputs", 0.0, 1.8),
)


def drives(count: float | str) -> tuple[Voltage | Current, ...]:
    """Return pulses on pre under a constant weight current, both outputs at one voltage."""
    pulses = Pulses("supply", width="width", period="period", count=count, at=1e-4)
    return (
        Voltage("pre", pulses),
        Current("i_weight", Constant("i_weight")),
        Voltage("out_source", Constant("v_out")),
        Voltage("out_sink", Constant("v_out")),
    )


def parameters(duration: float) -> tuple[Parameter, ...]:
    """Return what both benches share."""
    return (
        Parameter("i_weight", 30e-9, "A", "weight current", 0.0, 1e-6),
        Parameter("width", 2e-6, "s", "of a pulse", 1e-7, 1e-3),
        Parameter("period", 1e-3, "s", "from one pulse to the next", 1e-6, 1.0),
        Parameter("v_out", 0.5, "V", "voltage at both outputs", 0.0, 1.8),
        Parameter("duration", duration, "s", "simulated time", 1e-6, 10.0),
        Parameter("points", 2001, "1", "of the even times", 2, 1e6),
        Parameter("max_step", 1e-4, "s", "largest step of the simulator", 1e-9, 1.0),
    )


cell = Cell(
    name="dpi_synapse",
    summary="differential-pair integrator synapse: exponentials out of pulses, source and sink",
    ports=(
        Port("pre", "input", "digital pulse, 0 … vdd: the event"),
        Port("i_weight", "input", "weight current, pushed in"),
        Port("i_threshold", "bias", "output current at which the gain has fallen to about a half"),
        Port("i_tau", "bias", "leak of the synapse node; sets the time constant"),
        Port("out_source", "output", "pushes the synaptic current out: excites"),
        Port("out_sink", "output", "draws the synaptic current in: inhibits"),
        Port("vdd", "supply", "supply"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=(
                ("w_pulse", 1e-6),
                ("l_pulse", 0.5e-6),
                ("w_weight", 1e-6),
                ("l_weight", 2e-6),
                ("w_pair", 1e-6),
                ("l_pair", 1e-6),
                ("w_output", 1e-6),
                ("l_output", 2e-6),
                ("w_floor", 4e-6),
                ("l_floor", 1e-6),
                ("w_floor_bias", 4e-6),
                ("l_floor_bias", 1e-6),
                ("w_leak", 1e-6),
                ("l_leak", 4e-6),
                ("w_sink", 1e-6),
                ("l_sink", 4e-6),
                ("c_synapse", 0.25e-12),
                ("c_leak", 0.1e-12),
                ("c_threshold", 0.2e-12),
            ),
            biases=(
                Bias("i_threshold", -20e-12, "gate at 1.33 V"),
                Bias("i_tau", -2.2e-12, "gate at 0.75 V; time constant of 5 ms"),
            ),
            supply=1.8,
        ),
        Realisation(
            technology="generic180",
            # A transistor that is off conducts 40 (n) to 150 (p) times more than in gf180mcu: the
            # switch is narrow and long, and what carries picoamperes is long, so that it needs a
            # gate voltage that is still above 0 V at 85 °C.
            sizes=(
                ("w_pulse", 0.22e-6),
                ("l_pulse", 2e-6),
                ("w_weight", 1e-6),
                ("l_weight", 2e-6),
                ("w_pair", 1e-6),
                ("l_pair", 1e-6),
                ("w_output", 0.5e-6),
                ("l_output", 4e-6),
                ("w_floor", 2e-6),
                ("l_floor", 2e-6),
                ("w_floor_bias", 2e-6),
                ("l_floor_bias", 2e-6),
                ("w_leak", 0.5e-6),
                ("l_leak", 8e-6),
                ("w_sink", 1e-6),
                ("l_sink", 4e-6),
                ("c_synapse", 0.275e-12),
                ("c_leak", 0.1e-12),
                ("c_threshold", 0.2e-12),
            ),
            biases=(
                Bias("i_threshold", -20e-12, "gate at 1.52 V"),
                Bias("i_tau", -2.2e-12, "gate at 1.27 V; time constant of 5 ms"),
            ),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="pulse",
            summary="one pulse at 0.1 ms, both outputs held at a voltage",
            drives=drives(1),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=parameters(10e-3),
            measures=(*MEASURES, DECAY),
            keep=KEEP,
            settings=SETTINGS,
        ),
        Bench(
            name="train",
            summary="pulses from 0.1 ms on, both outputs held at a voltage",
            drives=drives("count"),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                *parameters(20e-3),
                Parameter("count", 10, "1", "pulses", 0, 1e5),
            ),
            measures=MEASURES,
            keep=KEEP,
            settings=SETTINGS,
        ),
        Bench(
            name="standing",
            summary="pre held high, a small weight current: the output at which noise is taken",
            drives=(*STANDING, Voltage("out_source", Constant("v_out"))),
            analysis=OperatingPoint(),
            parameters=STANDING_PARAMETERS,
            measures=(
                Measure(
                    "source_current",
                    "pushed_final",
                    "A",
                    (("of", "i(out_source)"),),
                    "current that the source output sends",
                ),
            ),
            keep=("i(out_source)",),
            settings=SETTINGS,
        ),
        Bench(
            name="noise",
            summary="noise current of the source output, pre held high",
            drives=(
                *STANDING,
                Hold("out_source", "v_out"),
                Current("out_source", Constant(0.0)),
            ),
            analysis=Noise(output="out_source", input="out_source", start=0.1, stop=1e6, points=5),
            parameters=STANDING_PARAMETERS,
            settings=SETTINGS,
        ),
    ),
    model=ModelFamily("differential_pair_integrator"),
    sources=("C. Bartolozzi and G. Indiveri, 'Synaptic dynamics in analog VLSI', 2007",),
    published=(
        Published(
            "transistors",
            6,
            "1",
            "C. Bartolozzi and G. Indiveri, Neural Computation 19, 2007",
            "transistors",
            better="lower",
            note="theirs has one output and biases from outside; ours counts replicas, the mirror "
            "of the weight and the sink output",
        ),
    ),
    specifications=(
        Specification("peak", "A", 0.5e-9, 1e-9, 2e-9, "single 60 nA", everywhere=True),
        Specification("time_constant", "s", 3e-3, 5e-3, 8e-3, everywhere=True),
        Specification("energy", "J", maximum=30e-12, stimulus="single 60 nA", everywhere=True),
        Specification(
            "peak",
            "1",
            maximum=0.4,
            stimulus="strong",
            statistic="coefficient_of_variation",
            meaning="spread of the weight between instances",
        ),
    ),
)
