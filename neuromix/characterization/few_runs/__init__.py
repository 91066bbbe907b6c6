"""Spreads from few runs: what mismatch does to a cell, for about one run a drawn parameter.

Lives here: where to run (``design``, ``parameters``), how measures depend on the draws
(``response`` with ``curvature`` and ``selection``), what variances follow (``moments``,
``shares``), and all of it on a cell in SPICE (``spread``, ``quantities``, ``result``). May import:
what characterization may. Never comes in: a cell or a simulator in design, response and moments,
which know arrays alone.
"""
