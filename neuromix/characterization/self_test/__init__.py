"""The self-test of a technology: what its mismatch, draws and trimmed models do in ngspice.

Process design kits have lost their mismatch without a word before, and a random number that is
drawn where a netlist reads it belongs to nobody. So each property is looked at in simulations of
transistors, not in the text of a model file.
"""

from neuromix.characterization.self_test.checking import check_technology
from neuromix.characterization.self_test.report import Check, SelfTest

__all__ = ["Check", "SelfTest", "check_technology"]
