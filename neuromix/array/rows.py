"""What the rows of a block of lanes are; see :mod:`neuromix.array.lanes`."""

from __future__ import annotations

from dataclasses import dataclass

STATE = (
    "constant",  # A, current into the membrane beside that of its synapses
    "membrane",  # V
    "hold",  # s, as `advance` of a neuron family has it
    "excitatory",  # state of the excitatory synapse at the moment `reached`
    "excitatory_slope",  # its fall, 1/s
    "inhibitory",
    "inhibitory_slope",
    "reached",  # s, moment up to which both synapses were advanced
    "source_charge",  # C, that the excitatory synapse has moved in this step
    "sink_charge",
    "source_moved",  # C, in all
    "sink_moved",
    "source_pulses",  # pulses in all, of each sign
    "sink_pulses",
    "source_drive",  # sum of ln(1 + I_w / 1 nA) over them
    "sink_drive",
    "source_weight",  # A, sum of their weight currents
    "sink_weight",
    "spike_drive",  # sum of ln(1 + I / 1 nA) over spikes
    "stream",  # random stream, as bits
    "flicker",  # A, sum of the octaves
    "when",  # s, of the pulse that is served, its sign (0 for none), and what `prepare` gave
    "sign",
    "first",
    "second",
    "lasting",
    "before",  # state before the pulse, and at present
    "present",
    "input",  # A, mean current into the membrane in this step
    "moved",  # V, by the step before
    "done",  # 1 where a step of the membrane was an easy one, or a stride ended with a spike
    "left",  # s, of this step, of neurons that make strides
)


@dataclass(frozen=True)
class Rows:
    """Rows of blocks for families of so many parameters; one row after the other.

    Parameters
    ----------
    of_neuron, of_synapse : int
        Parameters of a neuron, and of each of the two synapses; they come first.
    states : int
        Of a neuron: the membrane, ``hold``, and what its family has beside; these come last.
    """

    of_neuron: int
    of_synapse: int
    states: int = 2

    @property
    def parameters(self) -> int:
        """Rows of parameters."""
        return self.of_neuron + 2 * self.of_synapse

    @property
    def all(self) -> int:
        """Rows of a block."""
        return self.parameters + len(STATE) + max(0, self.states - 2)

    def state(self, number: int) -> int:
        """Return the row of a state of the neurons."""
        if number < 2:
            return self["hold" if number else "membrane"]
        return self.parameters + len(STATE) + number - 2

    def __getitem__(self, name: str) -> int:
        """Return the row of a state."""
        return self.parameters + STATE.index(name)
