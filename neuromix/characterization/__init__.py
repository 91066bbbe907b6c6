"""From a cell to a model that can be believed.

Lives here: single simulations, campaigns over conditions and mismatch, the numerical floor, fits,
held-out proof. May import: engine, netlist, pdk, models, measure, comparison, plot and below. Never
comes in: the array; it takes models from files.
"""
