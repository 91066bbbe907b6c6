"""Spreads from few runs: what mismatch does to a cell, for about one run a drawn parameter.

``design`` places the runs, ``response`` explains them by the drawn parameters, ``moments`` turns
that into variances with their errors, ``budget`` into shares of devices, and ``spread`` does it all
on a cell in SPICE. The first three know arrays alone, no cell and no simulator.
"""
