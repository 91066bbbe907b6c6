"""Four-quadrant multiplier of two differential voltages, ten transistors, replica included."""

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
    Sweep,
    Voltage,
)

SETTINGS = Settings(abstol=1e-16)
INPUTS = (
    Parameter("x_common", 1.2, "V", "common mode of x1 and x2", 0.0, 3.3),
    Parameter("y_common", 0.8, "V", "common mode of y1 and y2", 0.0, 3.3),
    Parameter("v_out", 1.1, "V", "voltage at the output", 0.0, 3.3),
)

cell = Cell(
    name="gilbert_multiplier",
    summary="four-quadrant multiplier of two differential voltages in weak inversion",
    ports=(
        Port("x1", "input", "positive end of x, the upper pairs"),
        Port("x2", "input", "negative end of x"),
        Port("y1", "input", "positive end of y, the lower pair"),
        Port("y2", "input", "negative end of y"),
        Port("i_tail", "bias", "the largest output current, pushed in"),
        Port("out", "output", "pushes a current in proportion to x times y"),
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
            ),
            biases=(Bias("i_tail", 10e-9, "tail current"),),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="transfer",
            summary="output current while x sweeps, at one y",
            drives=(
                Voltage("x1", Constant("x_common")),
                Voltage("x2", Constant("x_common")),
                Voltage("y1", Constant("y1")),
                Voltage("y2", Constant("y2")),
                Voltage("out", Constant("v_out")),
            ),
            analysis=Sweep((("x1", 0.5), ("x2", -0.5)), "x_low", "x_high", "points"),
            parameters=(
                *INPUTS,
                Parameter("y1", 0.9, "V", "positive end of y", 0.0, 3.3),
                Parameter("y2", 0.7, "V", "negative end of y", 0.0, 3.3),
                Parameter("x_low", -0.1, "V", "x at the start", -1.0, 1.0),
                Parameter("x_high", 0.1, "V", "x at the end", -1.0, 1.0),
                Parameter("points", 41, "1", "values of x", 2, 1e6),
            ),
            measures=(
                Measure("supply_current", "final", "A", (("of", "i(vdd)"),), "from the supply"),
            ),
            keep=("i(out)", "i(vdd)"),
            settings=SETTINGS,
        ),
    ),
)
