"""Leaky integrate-and-fire neuron with positive feedback, sixteen transistors and four replicas."""

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
    Realisation,
    Step,
    Transient,
)

HALF = 0.9  # V: what counts as a spike at the 1.8 V supply
SPIKE = (("of", "spike"), ("level", HALF))

MEASURES = (
    Measure("spikes", "spike_times", "s", SPIKE, "when the output rises through half the supply"),
    Measure("rate", "spike_rate", "Hz", SPIKE, "inverse of the median interval"),
    Measure("inter_spike_interval", "inter_spike_interval", "s", SPIKE, "median interval"),
    Measure(
        "latency", "latency", "s", (*SPIKE, ("since", 1e-6)), "from the step to the first spike"
    ),
    Measure(
        "threshold",
        "spike_threshold",
        "V",
        (*SPIKE, ("membrane", "v_mem")),
        "highest membrane voltage before the reset",
    ),
    Measure(
        "refractory_time",
        "refractory_time",
        "s",
        (*SPIKE, ("membrane", "v_mem"), ("leaving", 0.01)),
        "from the spike until the membrane passes 10 mV",
    ),
    Measure(
        "energy_per_spike",
        "energy_per_spike",
        "J",
        (*SPIKE, ("current", "i(vdd)"), ("voltage", "supply")),
        "of the supply, biases included, without the charge of the input",
    ),
    Measure(
        "energy",
        "supply_energy",
        "J",
        (("current", "i(vdd)"), ("voltage", "supply")),
        "of the supply over the whole run",
    ),
)

START = (("v_mem", 0.0), ("vo2", 0.0), ("spkb", "supply"), ("spike", 0.0))
DURATION = Parameter("duration", 5e-3, "s", "simulated time", 1e-6, 10.0)
INPUT = Parameter("i_in", 1e-9, "A", "current into the membrane", 0.0, 1e-7)

cell = Cell(
    name="lif_neuron",
    summary="leaky integrate-and-fire neuron: positive feedback, starved inverter, refractory time",
    ports=(
        Port("v_mem", "state", "membrane; the synaptic current flows into it"),
        Port("spike", "output", "digital, high during the refractory time"),
        Port("vdd", "supply", "supply"),
        Port("i_leak", "bias", "leak of the membrane"),
        Port("i_follower", "bias", "follower before the inverter; sets the threshold"),
        Port("i_refractory", "bias", "discharge of the refractory capacitor"),
        Port("i_limit", "bias", "limit of the restoring inverter's current"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=(
                ("w_leak", 1e-6),
                ("l_leak", 4e-6),
                ("w_follower", 2e-6),
                ("l_follower", 1e-6),
                ("w_follower_bias", 1e-6),
                ("l_follower_bias", 2e-6),
                ("w_mirror", 1e-6),
                ("l_mirror", 1e-6),
                ("w_inverter_p", 1e-6),
                ("l_inverter_p", 0.5e-6),
                ("w_inverter_n", 1e-6),
                ("l_inverter_n", 1e-6),
                ("w_refractory_p", 0.5e-6),
                ("l_refractory_p", 2e-6),
                ("w_refractory_n", 1e-6),
                ("l_refractory_n", 0.5e-6),
                ("w_refractory_bias", 1e-6),
                ("l_refractory_bias", 2e-6),
                ("w_restore", 0.5e-6),
                ("l_restore", 1e-6),
                ("w_limit", 1e-6),
                ("l_limit", 1e-6),
                ("w_output", 0.5e-6),
                ("l_output", 2e-6),
                ("w_reset", 1e-6),
                ("l_reset", 0.5e-6),
                ("c_membrane", 0.5e-12),
                ("c_refractory", 0.05e-12),
            ),
            biases=(
                Bias("i_leak", 8.29e-12, "gate at 0.30 V"),
                Bias("i_follower", 0.2135e-9, "gate at 0.40 V"),
                Bias("i_refractory", 0.81e-9, "gate at 0.45 V"),
                Bias("i_limit", 3.93e-9, "gate at 0.50 V"),
            ),
            supply=1.8,
        ),
        Realisation(
            technology="generic180",
            # Thresholds are 0.15 V lower than in gf180mcu and gates hold twice the charge: long
            # followers and inverters keep the spike at the same membrane voltage, and narrow
            # restoring and output inverters keep the charge low that crosses them.
            sizes=(
                ("w_leak", 0.5e-6),
                ("l_leak", 8e-6),
                ("w_follower", 0.5e-6),
                ("l_follower", 8e-6),
                ("w_follower_bias", 1e-6),
                ("l_follower_bias", 2e-6),
                ("w_mirror", 0.5e-6),
                ("l_mirror", 6e-6),
                ("w_inverter_p", 1e-6),
                ("l_inverter_p", 0.5e-6),
                ("w_inverter_n", 0.22e-6),
                ("l_inverter_n", 8e-6),
                ("w_refractory_p", 0.5e-6),
                ("l_refractory_p", 2e-6),
                ("w_refractory_n", 1e-6),
                ("l_refractory_n", 0.5e-6),
                ("w_refractory_bias", 1e-6),
                ("l_refractory_bias", 2e-6),
                ("w_restore", 0.22e-6),
                ("l_restore", 1e-6),
                ("w_limit", 1e-6),
                ("l_limit", 1e-6),
                ("w_output", 0.22e-6),
                ("l_output", 2e-6),
                ("w_reset", 0.3e-6),
                ("l_reset", 1e-6),
                ("c_membrane", 0.52e-12),
                ("c_refractory", 0.05e-12),
            ),
            biases=(
                Bias("i_leak", 8e-12, "gate at 0.23 V"),
                Bias("i_follower", 0.5e-9, "gate at 0.30 V"),
                Bias("i_refractory", 0.8e-9, "gate at 0.32 V"),
                Bias("i_limit", 4e-9, "gate at 0.35 V"),
            ),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="step",
            summary="a current step into the membrane at 1 µs",
            drives=(Current("v_mem", Step(after="i_in", at=1e-6)),),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                INPUT,
                DURATION,
                Parameter("max_step", 1e-4, "s", "largest step of the simulator", 1e-9, 1.0),
            ),
            measures=MEASURES,
            keep=("v_mem", "spike", "i(vdd)"),
            initial=START,
        ),
        Bench(
            name="noise",
            summary="noise current of the membrane node, held at a voltage",
            drives=(Current("v_mem", Constant(0.0)), Hold("v_mem", "v_hold")),
            analysis=Noise(output="v_mem", input="v_mem", start=1.0, stop=1e5, points=5),
            parameters=(Parameter("v_hold", 0.4, "V", "membrane voltage", 0.0, 1.0),),
        ),
    ),
    model=ModelFamily("positive_feedback_lif"),
    sources=("G. Indiveri, 'A low-power adaptive integrate-and-fire neuron circuit', ISCAS 2003",),
)
