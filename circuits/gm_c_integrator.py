"""Integrator of a five-transistor transconductor and a capacitor."""

from neuromix.declare import (
    Bench,
    Bias,
    Cell,
    Constant,
    Measure,
    Parameter,
    Port,
    Realisation,
    Settings,
    Step,
    Transient,
    Voltage,
)

SETTINGS = Settings(abstol=1e-16)

GRID = (("start", 0.0), ("stop", "duration"), ("points", "points"))

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
            sizes=(
                ("w_tail", 2e-6),
                ("l_tail", 4e-6),
                ("w_pair", 4e-6),
                ("l_pair", 2e-6),
                ("w_load", 2e-6),
                ("l_load", 8e-6),
                ("c_integration", 1e-12),
            ),
            biases=(Bias("i_bias", 10e-9, "gate at 0.55 V; transconductance of 133 nS"),),
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
                Parameter("v_in", 0.91, "V", "voltage of in_p after the step", 0.0, 1.8),
                Parameter("v_common", 0.9, "V", "voltage of in_n, and of in_p before", 0.0, 1.8),
                Parameter("v_start", 0.9, "V", "output at the start", 0.0, 1.8),
                Parameter("at", 1e-5, "s", "time of the step", 1e-9, 1.0),
                Parameter("duration", 2e-4, "s", "simulated time", 1e-6, 10.0),
                Parameter("max_step", 1e-6, "s", "largest step of the simulator", 1e-9, 1.0),
            ),
            keep=("in_p", "in_n", "v_out", "i(vdd)"),
            initial=(("v_out", "v_start"),),
            settings=SETTINGS,
        ),
    ),
    sources=("C. Mead, 'Analog VLSI and Neural Systems', 1989, chapters 5 and 9",),
)
