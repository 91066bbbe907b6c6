"""Stage of a 4-phase address-event handshake, eighteen transistors."""

from neuromix.declare import (
    Bench,
    Cell,
    Echo,
    Load,
    Measure,
    ModelFamily,
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

# Nodes hold femtocoulombs and microamperes flow. At a reltol of 1e-5 the other integration method
# damps 0.03 % of the energy away, half of what instances differ by.
SETTINGS = Settings(reltol=1e-6, abstol=1e-10, chgtol=1e-17)

SUPPLY = ("supply", "supply")
WIRE = "50 fF, receiver 1 ns"
CYCLE = (("start", "spike"), ("stop", "free"), SUPPLY)

QIAO = "N. Qiao and G. Indiveri, arXiv 1908.07413, 2019, 28 nm"

cell = Cell(
    name="address_event_stage",
    summary="4-phase handshake stage: one request for each spike, however long the spike lasts",
    ports=(
        Port("spike", "input", "digital; its rise asks for one event"),
        Port("request", "output", "to the receiver, over a wire"),
        Port("acknowledge", "input", "from the receiver"),
        Port("vdd", "supply", "supply"),
        Port("vss", "ground", "ground"),
    ),
    realisations=(
        Realisation(
            technology="gf180mcu",
            sizes=(
                ("w_set", 3.6e-6),
                ("w_free_p", 1.8e-6),
                ("w_free_n", 0.9e-6),
                ("w_reset", 1e-6),
                ("w_latch_p", 0.6e-6),
                ("w_latch_n", 0.3e-6),
                ("w_join", 2.7e-6),
                ("w_release", 2.7e-6),
                ("w_drive_p", 3.6e-6),
                ("w_drive_n", 1.8e-6),
                ("l_gate", 0.28e-6),
                ("w_keep", 0.3e-6),
                ("l_keep", 2e-6),
            ),
            biases=(),
            supply=1.8,
        ),
        Realisation(
            technology="generic180",
            sizes=(
                ("w_set", 3.6e-6),
                ("w_free_p", 1.8e-6),
                ("w_free_n", 0.9e-6),
                ("w_reset", 1e-6),
                ("w_latch_p", 0.6e-6),
                ("w_latch_n", 0.3e-6),
                ("w_join", 2.7e-6),
                ("w_release", 2.7e-6),
                ("w_drive_p", 3.6e-6),
                ("w_drive_n", 1.8e-6),
                ("l_gate", 0.18e-6),
                ("w_keep", 0.3e-6),
                ("l_keep", 2e-6),
            ),
            biases=(),
            supply=1.8,
        ),
    ),
    benches=(
        Bench(
            name="handshake",
            summary="spikes in, a loaded wire, a receiver that acknowledges after a delay",
            drives=(
                Voltage(
                    "spike",
                    Pulses("supply", "width", "spacing", "count", at=1e-9, rise="rise"),
                ),
                Load("request", "load"),
                Echo("acknowledge", "request", "receiver_delay"),
            ),
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                Parameter("load", 50e-15, "F", "of the wire to the receiver", 1e-18, 1e-11),
                Parameter("receiver_delay", 1e-9, "s", "from a request to its answer", 1e-11, 1e-6),
                Parameter("width", 4e-9, "s", "of a spike", 2e-10, 1e-3),
                Parameter("rise", 0.6e-9, "s", "of a spike, and fall", 1e-11, 1e-6),
                Parameter("spacing", 20e-9, "s", "from spike to spike", 1e-9, 1e-3),
                Parameter("count", 2, "1", "spikes", 0, 1e4),
                Parameter("duration", 40e-9, "s", "simulated time", 1e-9, 1e-2),
                Parameter("max_step", 1e-10, "s", "largest step of the simulator", 1e-12, 1e-3),
            ),
            measures=(
                Measure(
                    "latency",
                    "edge_delay",
                    "s",
                    (("start", "spike"), ("stop", "request"), SUPPLY),
                    "from the spike to the request",
                ),
                Measure(
                    "release_time",
                    "edge_delay",
                    "s",
                    (("start", "acknowledge"), ("stop", "request"), SUPPLY, ("edges", "rise fall")),
                    "from the acknowledge to the end of the request",
                ),
                Measure(
                    "cycle_time",
                    "edge_delay",
                    "s",
                    CYCLE,
                    "from the spike until the next one is taken, all four phases; median",
                ),
                Measure("cycles", "edge_delays", "s", CYCLE, "of each event"),
                Measure(
                    "requests", "edge_count", "1", (("of", "request"), SUPPLY), "how many were made"
                ),
                Measure("request_high", "peak", "V", (("of", "request"),), "highest voltage"),
                Measure(
                    "energy",
                    "supply_energy",
                    "J",
                    (("current", "i(vdd)"), ("voltage", "supply")),
                    "of the supply over the whole run, the charge of the wire included",
                ),
            ),
            keep=("spike", "request", "acknowledge", "armed", "free", "i(vdd)"),
            initial=(
                ("request", 0.0),
                ("acknowledge", 0.0),
                ("armed", "supply"),
                ("free", "supply"),
                ("idle", "supply"),
                ("disarmed", 0.0),
            ),
            settings=SETTINGS,
        ),
    ),
    model=ModelFamily("four_phase_stage"),
    published=(
        Published(
            "time between events",
            1.0 / 28.6e6,
            "s",
            QIAO,
            "cycle_time",
            WIRE,
            note="theirs between chips, both ways, 26 bits and pads, as measured; ours one stage "
            "and its wire within a chip, with a receiver that answers in 1 ns",
            checked=True,
        ),
        Published(
            "time between events",
            1.0 / 27.8e6,
            "s",
            "K. A. Boahen, IEEE Trans. Circuits and Systems I 51:1292, 2004, 0.6 to 0.25 µm",
            "cycle_time",
            WIRE,
            note="theirs the highest rate of a burst between chips, with arbiter and encoder, "
            "which ours has not",
            checked=True,
        ),
        Published(
            "energy per event",
            11e-12,
            "J",
            QIAO,
            "energy_per_event",
            note="theirs of 26 bits with pads; ours of one request, without the charge of the wire",
            checked=True,
        ),
    ),
    specifications=(
        Specification("latency", "s", typical=0.45e-9, maximum=0.6e-9, stimulus=WIRE),
        Specification("cycle_time", "s", typical=3.5e-9, maximum=4.0e-9, stimulus=WIRE),
        Specification(
            "cycle_time",
            "s",
            maximum=5e-9,
            stimulus=WIRE,
            everywhere=True,
            meaning="of which the receiver takes 2 ns",
        ),
        Specification(
            "requests", "1", 3.0, 3.0, 3.0, WIRE, everywhere=True, meaning="for three spikes"
        ),
        Specification(
            "energy", "J", typical=1.3e-12, maximum=2e-12, stimulus=WIRE, meaning="of 3 events"
        ),
    ),
    sources=(
        "K. A. Boahen, 'Point-to-point connectivity between neuromorphic chips using address "
        "events', IEEE Trans. Circuits and Systems II, 2000",
    ),
)
