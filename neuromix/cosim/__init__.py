"""Transistors and arrays together: circuits that are simulated live, spikes exchanged with them.

A worker process holds ngspice in lock-step: sources of the circuit follow waveforms that grow while
it runs, and what its outputs do comes back at every accepted time point. On that stands the proof
that an array computes what its transistors do (:mod:`neuromix.cosim.proof`).

May import ``array``, ``characterization``, ``engine``, ``netlist`` and what lies under them. Must
never come in: the command line, and anything that only one cell would need.
"""
