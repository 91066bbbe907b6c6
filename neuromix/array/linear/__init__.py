"""Networks of linear neurons: exact between spikes, weights of their own, delays in place of links.

Lives here: propagators from a family's ``flow``, the layout of neurons for vector instructions,
noise for whole rows of neurons, weight stores by density, the clock-driven and the event-driven
kernel, and runs of chips of such neurons.
May import: the rest of ``neuromix.array``, ``neuromix.models``, ``neuromix.data``, numpy, numba.
Never comes in: ngspice, PySpice, circuits; and no family is named here.
"""
