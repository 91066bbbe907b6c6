"""What a designer writes: frozen records of names, numbers and parameters.

Lives here: cells, ports, parameters, benches, drives, analyses, technologies, conditions, plans.
May import: ``neuromix.units`` and ``neuromix.errors``. Never comes in: numpy, xarray, a simulator,
or any verb; a declaration describes and does not execute.
"""

from neuromix.declare.analysis import (
    Analysis,
    FrequencyResponse,
    Noise,
    OperatingPoint,
    Settings,
    Sweep,
    Transient,
)
from neuromix.declare.bench import Bench, Measure
from neuromix.declare.cell import Bias, Cell, ModelFamily, Port, Realisation
from neuromix.declare.condition import Condition, Plan
from neuromix.declare.drive import (
    Constant,
    Current,
    Drive,
    Echo,
    Hold,
    Load,
    Points,
    Pulses,
    Sine,
    Step,
    Voltage,
)
from neuromix.declare.parameter import Parameter
from neuromix.declare.published import Published
from neuromix.declare.specification import Specification
from neuromix.declare.technology import (
    AssembledModelSet,
    Device,
    IncludedModelSet,
    MismatchLaw,
    ModelSet,
    ProcessLaw,
    Technology,
)

__all__ = [
    "Analysis",
    "AssembledModelSet",
    "Bench",
    "Bias",
    "Cell",
    "Condition",
    "Constant",
    "Current",
    "Device",
    "Drive",
    "Echo",
    "FrequencyResponse",
    "Hold",
    "IncludedModelSet",
    "Load",
    "Measure",
    "MismatchLaw",
    "ModelFamily",
    "ModelSet",
    "Noise",
    "OperatingPoint",
    "Parameter",
    "Plan",
    "Points",
    "Port",
    "ProcessLaw",
    "Published",
    "Pulses",
    "Realisation",
    "Settings",
    "Sine",
    "Specification",
    "Step",
    "Sweep",
    "Technology",
    "Transient",
    "Voltage",
]
