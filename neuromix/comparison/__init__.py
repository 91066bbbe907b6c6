"""Comparing results: spikes matched one to one.

May import: numpy and what is below. Never comes in: a simulator, a model.
"""
