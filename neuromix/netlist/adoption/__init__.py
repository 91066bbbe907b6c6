"""A designer's own netlist becomes a cell: read, flattened, given roles, written as two files.

Lives here: the dialects of other tools, their numbers and expressions, what a subcircuit's ports
are for. May import: the rest of ``neuromix.netlist`` and below. Never comes in: ngspice, and
anything that executes a word of a netlist.
"""
