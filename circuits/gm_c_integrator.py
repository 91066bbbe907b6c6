"""Integrator of a five-transistor transconductor and a capacitor, replica of the bias included."""

from neuromix.declare import (
    Bench,
    Bias,
    Cell,
    Constant,
    FrequencyResponse,
    Hold,
    Measure,
    ModelFamily,
    Noise,
    OperatingPoint,
    Parameter,
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

SETTINGS = Settings(abstol=1e-16)

PUSHED = (("of", "i(v_out)"), ("sign", -1.0))
"""A current that the cell pushes out of its output is positive."""

OUT = (("of", "v_out"),)

COMMON = Parameter("v_common", 0.9, "V", "common mode of the inputs", 0.0, 1.8)
OUTPUT = Parameter("v_held", 0.9, "V", "at which the output is held", 0.0, 1.8)
AT_COMMON = (Voltage("in_p", Constant("v_common")), Voltage("in_n", Constant("v_common")))
TIMES = (
    Parameter("v_start", 0.9, "V", "output at the start", 0.0, 1.8),
    Parameter("duration", 3e-4, "s", "simulated time", 1e-6, 10.0),
    Parameter("max_step", 2e-6, "s", "largest step of the simulator", 1e-9, 1.0),
)
SUPPLY = (("current", "i(vdd)"), ("voltage", "supply"))
CURVE = Measure("i_out", "swept", "A", PUSHED, "current that the output pushes, at each point")


def span(half: float, points: int) -> tuple[Parameter, ...]:
    """Return a sweep of the input difference from -half to half, V."""
    return (
        Parameter("low", -half, "V", "input difference at the start", -1.0, 1.0),
        Parameter("high", half, "V", "input difference at the end", -1.0, 1.0),
        Parameter("points", points, "1", "of the sweep", 2, 1e6),
    )


DIFFERENCE = Sweep((("in_p", 0.5), ("in_n", -0.5)), "low", "high", "points")

SIZES = (
    ("w_tail", 2e-6),
    ("l_tail", 4e-6),
    ("w_pair", 4e-6),
    ("l_pair", 2e-6),
    ("w_load", 2e-6),
    ("l_load", 8e-6),
    ("c_integration", 1e-12),
)

KULEJ = "T. Kulej, M. Kumngern and F. Khateb, Sensors 26:2586, 2026, 65 nm"

cell = Cell(
    name="gm_c_integrator",
    summary="transconductor of five transistors that charges a capacitor: integrates a voltage",
    ports=(
        Port("in_p", "input", "raises the output"),
        Port("in_n", "input", "lowers the output"),
        Port("v_out", "state", "voltage of the capacitor: the integral"),
        Port("i_bias", "bias", "tail current of the pair"),
        Port("vdd", "supply", "supply"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=SIZES,
            biases=(Bias("i_bias", 10e-9, "gate at 0.55 V; transconductance of 133 nS"),),
            supply=1.8,
        ),
        Realisation(
            technology="generic180",
            sizes=SIZES,
            biases=(Bias("i_bias", 10e-9, "sets the transconductance"),),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="step",
            summary="a step of in_p over a constant in_n, from a set output",
            drives=(
                Voltage("in_p", Step("v_in", before="v_common", at="at", rise=1e-7)),
                Voltage("in_n", Constant("v_common")),
            ),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                Parameter("v_in", 0.92, "V", "voltage of in_p after the step", 0.0, 1.8),
                COMMON,
                Parameter("at", 1e-5, "s", "time of the step", 1e-9, 1.0),
                *TIMES,
                Parameter("low", 1.0, "V", "lower end of where the rate is taken", 0.0, 1.8),
                Parameter("high", 1.2, "V", "upper end", 0.0, 1.8),
            ),
            measures=(
                Measure(
                    "rate",
                    "rate_between",
                    "V/s",
                    (*OUT, ("low", "low"), ("high", "high")),
                    "of the output; the slew rate where the step is large",
                ),
            ),
            keep=("in_p", "in_n", "v_out", "i(vdd)"),
            initial=(("v_out", "v_start"),),
            settings=SETTINGS,
        ),
        Bench(
            name="waveform",
            summary="waveforms of both inputs, from a set output",
            drives=AT_COMMON,
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(COMMON, *TIMES, Parameter("points", 201, "1", "even times", 2, 1e6)),
            measures=(
                Measure(
                    "output",
                    "sampled",
                    "V",
                    (*OUT, ("start", 0.0), ("stop", "duration"), ("points", "points")),
                    "voltage of the output, at even times",
                ),
                Measure("energy", "supply_energy", "J", SUPPLY, "of the supply, replica included"),
            ),
            keep=("in_p", "in_n", "v_out", "i(vdd)"),
            initial=(("v_out", "v_start"),),
            settings=SETTINGS,
        ),
        Bench(
            name="transfer",
            summary="current of the held output while the input difference sweeps widely",
            drives=(*AT_COMMON, Voltage("v_out", Constant("v_held"))),
            analysis=DIFFERENCE,
            parameters=(COMMON, OUTPUT, *span(0.1, 41)),
            measures=(CURVE,),
            keep=("i(v_out)",),
            settings=SETTINGS,
        ),
        Bench(
            name="linear_range",
            summary="current of the held output while the input difference sweeps over ±20 mV",
            drives=(*AT_COMMON, Voltage("v_out", Constant("v_held"))),
            analysis=DIFFERENCE,
            parameters=(COMMON, OUTPUT, *span(0.02, 41)),
            measures=(
                Measure("transconductance", "slope", "S", PUSHED, "at equal inputs"),
                Measure("offset", "swept_crossing", "V", PUSHED, "input at which nothing flows"),
                Measure(
                    "distortion",
                    "harmonic_distortion",
                    "1",
                    (("of", "i(v_out)"),),
                    "total harmonic distortion of a slow sinusoid of 20 mV",
                ),
            ),
            keep=("i(v_out)",),
            settings=SETTINGS,
        ),
        Bench(
            name="rest",
            summary="where the output settles under constant inputs, and what that costs",
            drives=(Voltage("in_p", Constant("v_in")), Voltage("in_n", Constant("v_common"))),
            analysis=OperatingPoint(),
            parameters=(Parameter("v_in", 0.9, "V", "voltage of in_p", 0.0, 1.8), COMMON),
            measures=(
                Measure("v_settled", "final", "V", OUT, "output once it has settled"),
                Measure("power", "supply_power", "W", SUPPLY, "of the supply, replica included"),
            ),
            keep=("v_out", "i(vdd)"),
            settings=SETTINGS,
        ),
        Bench(
            name="response",
            summary="small-signal gain from in_p to the output, which is held in mid-range",
            drives=(*AT_COMMON, Hold("v_out", "v_held")),
            analysis=FrequencyResponse("in_p", start=0.1, stop=1e7, points=20),
            parameters=(COMMON, OUTPUT),
            measures=(
                Measure("gain", "low_frequency_gain_in_decibels", "dB", OUT, "at 0.1 Hz"),
                Measure("bandwidth", "bandwidth", "Hz", OUT, "where the gain has fallen by 3 dB"),
                Measure("unity_gain", "unity_gain_frequency", "Hz", OUT, "where the gain is 1"),
                Measure("phase_margin", "phase_margin", "deg", OUT, "at unity gain"),
            ),
            keep=("v_out",),
            settings=SETTINGS,
        ),
        Bench(
            name="noise",
            summary="noise of the output, referred to in_p; the output is held in mid-range",
            drives=(*AT_COMMON, Hold("v_out", "v_held")),
            analysis=Noise("v_out", "in_p", start=1.0, stop=1e6, points=10),
            parameters=(COMMON, OUTPUT),
            measures=(
                Measure(
                    "noise_density",
                    "input_noise_density",
                    "V/Hz**0.5",
                    (("frequency", 1e4),),
                    "at 10 kHz, above the 1/f corner",
                ),
                Measure(
                    "follower_noise",
                    "follower_noise",
                    "V",
                    (),
                    "root mean square at the output if that were fed back to in_n, from 1 Hz on",
                ),
            ),
            settings=SETTINGS,
        ),
    ),
    model=ModelFamily("transconductor_capacitor"),
    published=(
        Published(
            "gain",
            50.0,
            "dB",
            KULEJ,
            "gain",
            "response",
            note="theirs simulated, another weakly inverted amplifier; decibels have no ratio",
            checked=True,
        ),
        Published(
            "power",
            1.75e-9,
            "W",
            KULEJ,
            "power",
            "at rest",
            better="lower",
            note="theirs for 225 Hz with 10 pF, ours for 21 kHz with 1 pF, replica included: "
            "theirs moves twice the capacitance times frequency with a watt",
            checked=True,
        ),
        Published(
            "input noise density",
            1.55e-6,
            "V/Hz**0.5",
            KULEJ,
            "noise_density",
            "noise",
            note="theirs at a twentieth of our power, the floor; ours at 10 kHz. At equal power "
            "theirs is the quieter",
            checked=True,
        ),
    ),
    specifications=(
        Specification("transconductance", "S", 120e-9, 133e-9, 146e-9, technology="gf180mcu"),
        Specification("transconductance", "S", 132e-9, 148e-9, 164e-9, technology="generic180"),
        Specification("offset", "V", -1e-3, 0.0, 1e-3, meaning="systematic input offset"),
        Specification("distortion", "1", maximum=0.01, typical=0.0057),
        Specification("gain", "dB", 46.0, 52.0),
        Specification("unity_gain", "Hz", 18e3, 21e3),
        Specification("phase_margin", "deg", 75.0, 87.0, everywhere=True),
        Specification("power", "W", typical=36e-9, maximum=45e-9, stimulus="at rest"),
        Specification("follower_noise", "V", typical=133e-6, maximum=200e-6),
        Specification(
            "offset",
            "V",
            typical=3.5e-3,
            maximum=6e-3,
            statistic="standard_deviation",
            meaning="spread of the input offset",
        ),
    ),
    sources=("C. Mead, 'Analog VLSI and Neural Systems', 1989, chapters 5 and 9",),
)
