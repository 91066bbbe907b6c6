"""The array runs where PySpice and libngspice are absent, from the committed model files."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "PySpice":
            raise ModuleNotFoundError(f"No module named {name!r}")

sys.meta_path.insert(0, Absent())
import numpy as np
import neuromix as nmx

chip = nmx.Chip(seed=3)
pixels = chip.add("pixels", nmx.SpikeSource(4))
cells = chip.add("cells", nmx.Array(nmx.model("lif_neuron"), 8))
chip.connect(
    pixels,
    cells,
    weights=np.full((4, 8), 40, dtype=np.int8),
    through=(nmx.model("dac_synapse"), nmx.model("dpi_synapse")),
)
train = nmx.rate_code(np.full(4, 255, dtype=np.uint8), 20e-3, 500.0)
recording = nmx.run(chip, {"pixels": train}, duration=20e-3)
assert len(recording.events["cells"]) > 0
below = {"neuromix.engine", "neuromix.netlist", "neuromix.pdk", "neuromix.characterization"}
assert not below & set(sys.modules), below & set(sys.modules)
print("spikes", len(recording.events["cells"]))
"""


def test_array_without_pyspice_and_ngspice(tmp_path):
    environment = {**os.environ, "NEUROMIX_LIBNGSPICE": str(tmp_path / "absent.so")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("spikes")
