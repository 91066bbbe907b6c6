"""Analog memory: transmission gate and hold capacitor.

The channels are 1 µm long: at the minimum of 0.28 µm they leak eighteen times more. Currents below
10 fA are extrapolated by the technology's models, since nobody measures them on a single
transistor; all droop at room temperature is of that kind.
"""

from neuromix.declare import (
    Bench,
    Cell,
    Constant,
    Measure,
    ModelFamily,
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

# Attoamperes count: gmin at ngspice's default of 1e-12 S would leak a thousand times more than the
# transistors, and at the 1e-18 S of other cells still 1e-18 A.
SETTINGS = Settings(reltol=1e-4, abstol=1e-17, vntol=1e-8, chgtol=1e-18, gmin=1e-21)

HELD = ("of", "v_held")
OFF = 1e-6  # s: track falls
MOVED = 2e-6  # s: the input goes to where it stays during the hold
FROM = 3e-6  # s: the hold counts

SIZES = (
    ("w_switch_n", 0.5e-6),
    ("l_switch_n", 1e-6),
    ("w_switch_p", 0.5e-6),
    ("l_switch_p", 1e-6),
    ("c_hold", 0.5e-12),
)

# The stimuli for which droop has limits: 0.1 s at home, the input at either end.
LOW_INPUT, HIGH_INPUT = "0.9 V, input 0 V", "0.9 V, input 1.8 V"

OHALLORAN = (
    "M. O'Halloran and R. Sarpeshkar, IEEE Journal of Solid-State Circuits 39:1985, 2004, 1.5 µm"
)

cell = Cell(
    name="analog_memory",
    summary="transmission gate and capacitor: samples a voltage and holds it",
    ports=(
        Port("v_in", "input", "voltage to sample"),
        Port("track", "input", "digital: the capacitor follows the input while it is high"),
        Port("track_b", "input", "complement of track"),
        Port("v_held", "state", "voltage of the capacitor"),
        Port("vdd", "supply", "supply"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=SIZES,
            biases=(),
            supply=1.8,
        ),
        Realisation(
            technology="generic180",
            sizes=SIZES,
            biases=(),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="hold",
            summary="a level is sampled at 1 us, the input moves on, the level is held",
            drives=(
                Voltage("v_in", Step("v_in", before="level", at=MOVED, rise=5e-8)),
                Voltage("track", Step(0.0, before="supply", at=OFF, rise=5e-8)),
                Voltage("track_b", Step("supply", before=0.0, at=OFF, rise=5e-8)),
            ),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                Parameter("level", 0.9, "V", "input when it is sampled", 0.0, 1.8),
                Parameter("v_in", 0.0, "V", "input during the hold", 0.0, 1.8),
                Parameter("duration", 0.1, "s", "simulated time", 1e-5, 1e3),
                Parameter("max_step", 1e-3, "s", "largest step of the simulator", 1e-9, 10.0),
            ),
            measures=(
                Measure(
                    "pedestal",
                    "pedestal",
                    "V",
                    (HELD, ("level", "level"), ("at", 0.5 * (OFF + MOVED))),
                    "what the gate's charge adds to the level",
                ),
                Measure(
                    "start",
                    "pedestal",
                    "V",
                    (HELD, ("level", 0.0), ("at", FROM)),
                    "voltage from which the hold counts",
                ),
                Measure(
                    "droop",
                    "droop",
                    "V",
                    (HELD, ("start", FROM), ("stop", "duration")),
                    "fall during the hold; currents below 10 fA are the technology's extrapolation",
                ),
            ),
            keep=("v_in", "track", "v_held"),
            settings=SETTINGS,
        ),
        Bench(
            name="leakage",
            summary="current that the held node loses while the gate is off, over its voltage",
            drives=(
                Voltage("track", Constant(0.0)),
                Voltage("track_b", Constant("supply")),
                Voltage("v_in", Constant("v_in")),
                Voltage("v_held", Constant(0.0)),
            ),
            analysis=Sweep((("v_held", 1.0),), "low", "high", "points"),
            parameters=(
                Parameter("v_in", 0.0, "V", "input", 0.0, 1.8),
                Parameter("low", 0.2, "V", "held voltage at the start", 0.0, 1.8),
                Parameter("high", 1.6, "V", "held voltage at the end", 0.0, 1.8),
                Parameter("points", 29, "1", "of the sweep", 2, 1e4),
            ),
            measures=(
                Measure("leakage", "swept", "A", (("of", "i(v_held)"),), "at each held voltage"),
            ),
            keep=("i(v_held)",),
            settings=SETTINGS,
        ),
    ),
    model=ModelFamily("switched_memory"),
    published=(
        Published(
            "droop of 0.5 pF in 0.1 s",
            2e-6,
            "V",
            OHALLORAN,
            "droop",
            "0.9 V, input 0 V",
            better="lower",
            note="computed from their 10 aA, measured, of a compensated switch around an "
            "amplifier; ours a bare gate with the input at its worst, extrapolated by the models",
            checked=True,
        ),
        Published(
            "static power",
            10e-9,
            "W",
            OHALLORAN,
            "static_power",
            note="theirs with the amplifier that keeps leakage off and is read; ours has none, and "
            "whoever reads it has to bring one",
            checked=True,
        ),
    ),
    specifications=(
        Specification("droop", "V", 0.0, 0.7e-3, 1.5e-3, LOW_INPUT, technology="gf180mcu"),
        Specification("droop", "V", -1e-4, -33e-6, 1e-4, HIGH_INPUT, technology="gf180mcu"),
        Specification("droop", "V", 0.0, 16e-3, 40e-3, LOW_INPUT, technology="generic180"),
        Specification("droop", "V", -10e-3, -4e-3, 10e-3, HIGH_INPUT, technology="generic180"),
        Specification("pedestal", "V", -1e-3, 0.0, 1e-3, stimulus="0.9 V, input 0 V"),
        Specification("pedestal", "V", -4e-3, 1.4e-3, 4e-3, everywhere=True),
        Specification(
            "droop",
            "1",
            typical=0.19,
            maximum=0.5,
            statistic="coefficient_of_variation",
            meaning="spread of the droop over instances",
        ),
    ),
    sources=(
        "G. Wegmann, E. Vittoz and F. Rahali, 'Charge injection in analog MOS switches', 1987",
    ),
)
