"""Comparing results: waveforms in a tube, integrals, spikes one to one, numbers.

Lives here: the kinds of quantities that can be compared, their tolerances, closed forms.
May import: numpy and what is below. Never comes in: a simulator, a model, a file, xarray.
"""
