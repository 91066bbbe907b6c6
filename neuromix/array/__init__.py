"""Chips: arrays of modelled cells that talk in address events.

Lives here: the chip and its blocks, the address-event fabric, kernels that advance populations,
noise streams, encoders, runs and recordings.
May import: ``neuromix.models``, ``neuromix.data``, ``neuromix.units``, ``neuromix.errors``, numpy,
numba; xarray inside functions.
Never comes in: ngspice, PySpice, ``neuromix.engine``, ``neuromix.netlist``, ``neuromix.pdk``,
``neuromix.characterization``: an array runs on a machine that has none of them.
"""
