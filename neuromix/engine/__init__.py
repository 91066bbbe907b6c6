"""Running decks: libngspice in worker processes, and replay of stored results.

Lives here: the binding, the worker and its messages, the pool, the classification of ngspice's log,
the store of results. May import: ``neuromix.netlist``, ``neuromix.pdk``, ``neuromix.measure`` and
below. Never comes in: what is fitted to results, and PySpice; ngspice never runs in the user's
process.
"""
