"""Behavioural models: what a cell does, as a few physical parameters with their joint spread.

Lives here: the model value and its file, families of dynamics, mismatch, noise, energy, proof.
May import: ``neuromix.data``, ``neuromix.declare``, ``neuromix.library``, ``neuromix.units``,
``neuromix.errors``, numpy, numba, msgspec. Never comes in: ngspice, PySpice, netlists; this storey
runs on a machine that has none of them.
"""
