"""Networks of other tools, in and out as NIR graphs.

NIR, the Neuromorphic Intermediate Representation, is Pedersen et al. (2024), Nat. Commun. 15, 8122.
:func:`read` maps a graph on characterized cells, or exactly on linear neurons; :func:`write` states
a chip as a graph.
Lives here: the file, the graph as a network of populations, the two mappings, the report of what
they lose, values of read-outs that no cell makes.
May import: what :mod:`neuromix.interop` may; the package ``nir`` only inside of functions.
Never comes in: training.
"""

from neuromix.interop.nir.mapped import Mapped, Row
from neuromix.interop.nir.reading import read
from neuromix.interop.nir.writing import write

__all__ = ["Mapped", "Row", "read", "write"]
