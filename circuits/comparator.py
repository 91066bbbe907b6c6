"""Continuous-time comparator of eleven transistors, replica included."""

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
    Points,
    Port,
    Published,
    Realisation,
    Settings,
    Specification,
    Step,
    Sweep,
    Transient,
    Voltage,
)

SETTINGS = Settings(abstol=1e-15)

SIZES = (
    ("w_tail", 2e-6),
    ("l_tail", 2e-6),
    ("w_pair", 8e-6),
    ("l_pair", 1e-6),
    ("w_load", 1e-6),
    ("l_load", 2e-6),
    ("w_first_p", 2e-6),
    ("w_first_n", 1e-6),
    ("l_first_n", 0.5e-6),
    ("w_out_p", 0.8e-6),
    ("w_out_n", 0.4e-6),
    ("l_out", 0.28e-6),
)

# Where thresholds are lower, a short first inverter is not turned off by the inner node's lower
# end, and the output inverter conducts through while a slow decision passes it.
LOWER_THRESHOLD = tuple(
    {
        **dict(SIZES),
        "w_first_n": 0.5e-6,
        "l_first_n": 2e-6,
        "w_out_p": 0.4e-6,
        "l_out": 1.5e-6,
    }.items()
)

DECIDED = (("of", "out"), ("supply", "supply"))
REFERENCE = Parameter("reference", 0.9, "V", "voltage of in_n", 0.0, 3.3)
AT_REFERENCE = Voltage("in_n", Constant("reference"))
MAX_STEP = Parameter("max_step", 1e-6, "s", "largest step of the simulator", 1e-12, 1.0)

# 30 mV below the reference to 30 mV above it and back, at 30 V/s.
TRIANGLE = Points((0.0, 2e-3, 4e-3), (0.87, 0.93, 0.87))

# The inner node is held where the inverter behind it trips.
HELD = (
    REFERENCE,
    Parameter("v_gain", 1.1, "V", "voltage of the inner node", 0.0, 3.3),
)

cell = Cell(
    name="comparator",
    summary="continuous-time comparator: a transconductor of five transistors and two inverters",
    ports=(
        Port("in_p", "input", "out is high while this is above in_n"),
        Port("in_n", "input", "the reference"),
        Port("i_bias", "bias", "tail current of the pair"),
        Port("n_gain", "state", "node that the pair slews; left open"),
        Port("out", "output", "digital, 0 … vdd"),
        Port("vdd", "supply", "supply"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation("gf180mcu", SIZES, (Bias("i_bias", 100e-9, "gate at 0.60 V"),), 1.8),
        Realisation(
            "generic180", LOWER_THRESHOLD, (Bias("i_bias", 100e-9, "gate at 0.45 V"),), 1.8
        ),
    ),
    benches=(
        Bench(
            name="step",
            summary="in_p steps across the reference at 10 us",
            drives=(
                Voltage("in_p", Step("after", before="before", at=1e-5, rise=1e-8)),
                AT_REFERENCE,
            ),
            analysis=Transient("duration", "max_step"),
            parameters=(
                REFERENCE,
                Parameter("before", 0.85, "V", "in_p before the step", 0.0, 3.3),
                Parameter("after", 0.91, "V", "in_p after the step", 0.0, 3.3),
                Parameter("duration", 3e-5, "s", "simulated time", 1e-9, 10.0),
                MAX_STEP,
            ),
            measures=(
                Measure(
                    "delay",
                    "decision_delay",
                    "s",
                    (*DECIDED, ("since", 1e-5)),
                    "from the step to the output",
                ),
            ),
            keep=("in_p", "n_gain", "out", "i(vdd)"),
            settings=SETTINGS,
        ),
        Bench(
            name="decide",
            summary="in_p follows a waveform, a slow triangle around the reference",
            drives=(Voltage("in_p", TRIANGLE), AT_REFERENCE),
            analysis=Transient("duration", "max_step"),
            parameters=(
                REFERENCE,
                Parameter("duration", 4e-3, "s", "simulated time", 1e-9, 10.0),
                Parameter("max_step", 2e-5, "s", "largest step of the simulator", 1e-12, 1.0),
            ),
            measures=(
                Measure("decisions", "decisions", "s", DECIDED, "when the output changes"),
                Measure(
                    "input_offset",
                    "trip_voltage",
                    "V",
                    (*DECIDED, ("positive", "in_p"), ("negative", "in_n")),
                    "mean input over all decisions",
                ),
                Measure(
                    "energy",
                    "supply_energy",
                    "J",
                    (("current", "i(vdd)"), ("voltage", "supply")),
                    "of the supply",
                ),
            ),
            keep=("in_p", "in_n", "n_gain", "out", "i(vdd)"),
            settings=SETTINGS,
        ),
        Bench(
            name="rest",
            summary="operating point, in_p as given",
            drives=(Voltage("in_p", Constant("v_in")), AT_REFERENCE),
            analysis=OperatingPoint(),
            parameters=(
                REFERENCE,
                Parameter("v_in", 0.8, "V", "voltage of in_p", 0.0, 3.3),
            ),
            measures=(
                Measure("supply_current", "final", "A", (("of", "i(vdd)"),), "from the supply"),
            ),
            keep=("n_gain", "out", "i(vdd)"),
            settings=SETTINGS,
        ),
        Bench(
            name="pair",
            summary="current of the inner node, held at a voltage, while the input sweeps",
            drives=(
                Voltage("in_p", Constant("reference")),
                AT_REFERENCE,
                Voltage("n_gain", Constant("v_gain")),
            ),
            analysis=Sweep((("in_p", 1.0),), -0.02, 0.02, 41),
            parameters=HELD,
            measures=(
                Measure(
                    "transconductance",
                    "slope",
                    "S",
                    (("of", "i(n_gain)"), ("sign", -1.0)),
                    "of the pair, at balanced inputs",
                ),
            ),
            keep=("i(n_gain)",),
            settings=SETTINGS,
        ),
        Bench(
            name="noise",
            summary="noise current of the inner node, held at a voltage",
            drives=(
                Voltage("in_p", Constant("reference")),
                AT_REFERENCE,
                Hold("n_gain", "v_gain"),
                # It drives nothing: the noise is referred to the node itself.
                Current("n_gain", Constant(0.0)),
            ),
            analysis=Noise(output="n_gain", input="n_gain", start=1.0, stop=1e6, points=5),
            parameters=HELD,
            settings=SETTINGS,
        ),
    ),
    model=ModelFamily("slewing_comparator"),
    published=(
        Published(
            "delay at 100 mV of overdrive",
            100e-9,
            "s",
            "Maxim LMX331, data sheet, typical at 1.8 V",
            "delay",
            "100 mV up",
            better="lower",
            note="theirs a product with an open-drain output of milliamperes; ours drives nothing",
            checked=True,
        ),
        Published(
            "supply current, output high",
            40e-6,
            "A",
            "Maxim LMX331, data sheet, typical at 1.8 V",
            "supply_current",
            "high",
            better="lower",
            note="the price of that delay; ours with the replica of its bias",
            checked=True,
        ),
        Published(
            "standard deviation of the offset",
            3.44e-3,
            "V",
            "L. F. Rahman et al., The Scientific World Journal 2014:258068, 0.18 µm",
            "input_offset",
            "triangle",
            "standard_deviation",
            better="lower",
            note="theirs a clocked latch, Monte Carlo simulation as ours",
            checked=True,
        ),
    ),
    specifications=(
        Specification("delay", "s", typical=1.5e-6, maximum=3e-6, stimulus="10 mV up"),
        Specification("delay", "s", typical=1.3e-6, maximum=3e-6, stimulus="10 mV down"),
        Specification(
            "delay", "s", typical=0.3e-6, maximum=1e-6, stimulus="100 mV up", everywhere=True
        ),
        Specification(
            "delay", "s", typical=0.3e-6, maximum=1e-6, stimulus="100 mV down", everywhere=True
        ),
        Specification(
            "input_offset",
            "V",
            minimum=-1e-3,
            typical=0.0,
            maximum=1e-3,
            everywhere=True,
            meaning="systematic offset",
        ),
        Specification(
            "input_offset",
            "V",
            typical=3.3e-3,
            maximum=5e-3,
            statistic="standard_deviation",
            meaning="spread of the offset over instances",
        ),
        Specification("supply_current", "A", typical=0.2e-6, maximum=0.25e-6, everywhere=True),
        Specification("transconductance", "S", minimum=1e-6, typical=1.3e-6, maximum=1.8e-6),
    ),
    sources=("P. Allen and D. Holberg, 'CMOS Analog Circuit Design', chapter 8",),
)
