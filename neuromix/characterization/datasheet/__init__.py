"""Datasheets: all that a campaign and a model know about one cell, as one HTML file.

Lives here: what a sheet consists of (``content``), what it is made from (``evidence``), one file a
section (``sections``), and its page (``writing``, ``templates``). Numbers are computed elsewhere:
verdicts, budgets and spreads in ``neuromix.characterization``, effective bits in
``neuromix.measure``, pictures in ``neuromix.plot``.
May import: those, ``netlist``, ``models``, ``library``, jinja2.
Never comes in: an engine; a sheet is made without ngspice and without a model set. No text of a
sheet is marked as safe but the pictures that we draw.
"""
