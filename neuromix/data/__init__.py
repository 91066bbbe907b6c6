"""What flows: spikes, datasets' conventions, provenance.

May import: ``neuromix.declare``, ``neuromix.units``, ``neuromix.errors``. Never comes in: a
simulator, a model, a plot.
"""
