"""A generic 180 nm process at 1.8 V, its models written from textbook values: nothing to fetch."""

from neuromix.declare import Device, IncludedModelSet, MismatchLaw, ProcessLaw, Technology

# A matching coefficient is the spread of a pair's difference; each of the two has 1/sqrt(2) of it.
OF_A_PAIR = 0.7071

# For both types: 1 mV·µm per nanometre of the oxide (Pelgrom, Tuinhout and Vertregt 1998), and
# 1 %·µm of the gain factor (Kinget 2005).
MISMATCH = MismatchLaw(
    threshold=OF_A_PAIR * 4.1e-9,
    mobility=OF_A_PAIR * 0.01e-6,
    length_offset=0.0,
    width_offset=0.0,
)

# Corners are three sigma: 40 mV of threshold, 5 % of mobility.
PROCESS = ProcessLaw(threshold=40e-3 / 3, mobility=0.05 / 3)

technology = Technology(
    name="generic180",
    summary="generic 180 nm CMOS of textbook values, 1.8 V; built in",
    devices=(
        Device("nfet", "generic180_n", diffusion=0.48e-6, mismatch=MISMATCH),
        Device("pfet", "generic180_p", diffusion=0.48e-6, mismatch=MISMATCH),
    ),
    corners=(
        ("tt", ("nfet_t", "pfet_t")),
        ("ff", ("nfet_f", "pfet_f")),
        ("ss", ("nfet_s", "pfet_s")),
        ("fs", ("nfet_f", "pfet_s")),
        ("sf", ("nfet_s", "pfet_f")),
    ),
    constants=(),
    supply=1.8,
    temperature=(233.15, 398.15),
    model_set=IncludedModelSet(
        file="generic180.lib",
        sha256="e50ae364dcf161d8bfb864f5538da455c9bce0201a1bfca45c506f9d30418c6f",
        licence="GPL-3.0-or-later",
    ),
    process=(("nfet", PROCESS), ("pfet", PROCESS)),
)
