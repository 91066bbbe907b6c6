"""Compiled functions whose machine code is kept from one process to the next.

Lives here: the decorator of kernels that Python calls, what tells one kernel from another, and the
folder of their machine code.
May import: ``neuromix.data``, ``neuromix.errors``, numba.
Never comes in: any kernel.
"""

from neuromix.compiling.kept import kept

__all__ = ["kept"]
