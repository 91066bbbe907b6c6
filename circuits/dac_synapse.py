"""Six-bit current-steering converter of a digital weight: 94 transistors, 63 of them units."""

from neuromix.declare import (
    Bench,
    Bias,
    Cell,
    Constant,
    Measure,
    ModelFamily,
    OperatingPoint,
    Parameter,
    Points,
    Port,
    Published,
    Pulses,
    Realisation,
    Settings,
    Specification,
    Transient,
    Voltage,
)

BITS = tuple(f"b{k}" for k in range(6))
SETTINGS = Settings(abstol=1e-16)

OUTPUTS = (Voltage("out_source", Constant("v_source")), Voltage("out_sink", Constant("v_sink")))
VOLTAGES = (
    Parameter("v_source", 0.6, "V", "at the source output; a synapse stands there", 0.0, 1.8),
    Parameter("v_sink", 0.9, "V", "voltage at the sink output", 0.0, 1.8),
)
LEVELS = tuple(
    Parameter(name, 1.8 if name == "b5" else 0.0, "V", f"level of bit {name[1]}", 0.0, 3.6)
    for name in BITS
)
STEP = Parameter("max_step", 5e-6, "s", "largest step of the simulator", 1e-9, 1.0)
SOURCE, SINK, SUPPLY = ("of", "i(out_source)"), ("of", "i(out_sink)"), ("of", "i(vdd)")
KEEP = ("i(out_source)", "i(out_sink)", "i(vdd)")

DWELL = 15e-6
EDGE = 1e-8


def counter(bit: int) -> Points:
    """Return the level of a bit while the codes 0 … 63 follow each other, 15 µs each."""
    times, levels = [0.0], [0.0]
    for code in range(1, 64):
        level = 1.8 * (code >> bit & 1)
        if level != levels[-1]:
            times += [code * DWELL, code * DWELL + EDGE]
            levels += [levels[-1], level]
    return Points(tuple(times), tuple(levels))


def settled(output: tuple[str, str]) -> tuple[tuple[str, float | str], ...]:
    """Return what samples each code half a microsecond before its end."""
    return (
        output,
        ("start", DWELL - 0.5e-6),
        ("stop", 64 * DWELL - 0.5e-6),
        ("points", 64),
    )


def windows(output: tuple[str, str]) -> tuple[tuple[str, float | str], ...]:
    """Return the arguments of a measure that takes the charge of each period."""
    return (output, ("start", 0.0), ("window", "period"), ("windows", "count"))


cell = Cell(
    name="dac_synapse",
    summary="6-bit current-steering weight: groups of unit transistors, sink and source outputs",
    ports=(
        *(Port(name, "input", f"bit {name[1]} of the code, 0 … vdd") for name in BITS),
        Port("i_unit", "bias", "one least significant bit, pushed in"),
        Port("out_sink", "output", "draws the current of the code in"),
        Port("out_source", "output", "pushes the current of the code out"),
        Port("vdd", "supply", "supply"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=(
                ("w_unit", 1e-6),
                ("l_unit", 4e-6),
                ("w_switch", 0.3e-6),
                ("l_switch", 0.5e-6),
                ("w_inverter_p", 0.8e-6),
                ("l_inverter_p", 0.28e-6),
                ("w_inverter_n", 0.4e-6),
                ("l_inverter_n", 0.28e-6),
                ("w_keep", 1e-6),
                ("l_keep", 16e-6),
                ("w_mirror", 2e-6),
                ("l_mirror", 1e-6),
                ("w_sink", 1e-6),
                ("l_sink", 4e-6),
            ),
            biases=(Bias("i_unit", 0.95e-9, "one least significant bit"),),
            supply=1.8,
        ),
        Realisation(
            technology="generic180",
            sizes=(
                ("w_unit", 1e-6),
                ("l_unit", 4e-6),
                ("w_switch", 0.3e-6),
                ("l_switch", 0.5e-6),
                # Narrow and long: little charge crosses them while a slow bit changes.
                ("w_inverter_p", 0.4e-6),
                ("l_inverter_p", 1e-6),
                ("w_inverter_n", 0.22e-6),
                ("l_inverter_n", 1e-6),
                ("w_keep", 1e-6),
                ("l_keep", 16e-6),
                # As much gate as in gf180mcu, but longer: the Early voltage is smaller.
                ("w_mirror", 1e-6),
                ("l_mirror", 2e-6),
                ("w_sink", 1e-6),
                ("l_sink", 4e-6),
            ),
            biases=(Bias("i_unit", 0.95e-9, "one least significant bit"),),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="static",
            summary="operating point at one code, its bits as voltages",
            drives=(*(Voltage(name, Constant(name)) for name in BITS), *OUTPUTS),
            analysis=OperatingPoint(),
            parameters=(*LEVELS, *VOLTAGES),
            measures=(
                Measure(
                    "source_current", "pushed_final", "A", (SOURCE,), "out of the source output"
                ),
                Measure("sink_current", "final", "A", (SINK,), "into the sink output"),
                Measure("supply_current", "final", "A", (SUPPLY,), "from the supply"),
            ),
            keep=KEEP,
            settings=SETTINGS,
        ),
        Bench(
            name="staircase",
            summary="codes 0 … 63, 15 µs each",
            drives=(*(Voltage(name, counter(k)) for k, name in enumerate(BITS)), *OUTPUTS),
            analysis=Transient(stop=64 * DWELL, max_step="max_step"),
            parameters=(*VOLTAGES, STEP),
            measures=(
                Measure(
                    "source_current",
                    "pushed_current",
                    "A",
                    settled(SOURCE),
                    "out of the source output, settled, of each code",
                ),
                Measure(
                    "sink_current",
                    "sampled",
                    "A",
                    settled(SINK),
                    "into the sink output, settled, of each code",
                ),
            ),
            keep=KEEP,
            settings=SETTINGS,
        ),
        Bench(
            name="pulse",
            summary="pulses of one code, one every period; charges are counted period by period",
            drives=(
                *(
                    Voltage(name, Pulses(name, "width", "period", "count", at=1e-6))
                    for name in BITS
                ),
                *OUTPUTS,
            ),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                *LEVELS,
                *VOLTAGES,
                Parameter("width", 2e-6, "s", "of a pulse", 1e-7, 1e-3),
                Parameter("period", 40e-6, "s", "from one pulse to the next", 1e-6, 1.0),
                Parameter("count", 5, "1", "pulses, and windows", 0, 1e5),
                Parameter("duration", 200e-6, "s", "simulated time", 1e-6, 10.0),
                STEP,
            ),
            measures=(
                Measure(
                    "source_charge",
                    "pushed_charges",
                    "C",
                    windows(SOURCE),
                    "out of the source output, of each period",
                ),
                Measure(
                    "sink_charge",
                    "drawn_charges",
                    "C",
                    windows(SINK),
                    "into the sink output, of each period",
                ),
                Measure(
                    "supply_charge",
                    "drawn_charges",
                    "C",
                    windows(SUPPLY),
                    "from the supply, of each period",
                ),
                Measure(
                    "energy",
                    "supply_energy",
                    "J",
                    (("current", "i(vdd)"), ("voltage", "supply")),
                    "of the supply",
                ),
            ),
            keep=KEEP,
            settings=SETTINGS,
        ),
    ),
    model=ModelFamily("binary_weighted_dac"),
    published=(
        Published(
            "spread of 50 converters",
            0.47,
            "1",
            "B. Linares-Barranco et al., IEEE Trans. Neural Networks 14:1207, 2003",
            "source_current",
            "settled at 63",
            "coefficient_of_variation",
            note="theirs the precision of a fabricated array in weak inversion, 1.1 bits, 4.8 % "
            "once calibrated; by what statistic was not seen; ours the standard deviation at full "
            "scale",
            checked=True,
        ),
        Published(
            "static power",
            100e-6,
            "W",
            "'A Low-power Bulk-driven MDAC Synapse', conference paper, abstract, 0.18 µm",
            "static_power",
            better="lower",
            note="theirs 6 bits, measured at 0.75 V; ours at code 0, three times that at code 63",
            checked=True,
        ),
        Published(
            "integral nonlinearity",
            0.2,
            "1",
            "R. J. Kier, R. R. Harrison and R. D. Beer, ISCAS 2004, 1.5 µm",
            note="of a least significant bit, mean of the worst of each, measured; of ours no such "
            "figure is stated",
            checked=True,
        ),
    ),
    specifications=(
        Specification("source_current", "A", 55e-9, 63e-9, 71e-9, "settled at 63", everywhere=True),
        Specification("sink_current", "A", 55e-9, 63e-9, 71e-9, "settled at 63", everywhere=True),
        Specification("source_current", "A", 1e-9, 1.3e-9, 1.6e-9, "settled at 1", everywhere=True),
        Specification(
            "source_current", "A", maximum=0.5e-9, stimulus="settled at 0", everywhere=True
        ),
        Specification(
            "supply_current", "A", maximum=250e-9, stimulus="settled at 63", everywhere=True
        ),
        Specification(
            "source_current",
            "1",
            maximum=0.2,
            stimulus="settled at 63",
            statistic="coefficient_of_variation",
        ),
        Specification(
            "source_current",
            "1",
            maximum=0.25,
            stimulus="settled at 1",
            statistic="coefficient_of_variation",
        ),
    ),
)
