"""The demo: handwritten digits, classified by an array of characterized cells.

Lives here: the task, the network and its training, its evaluation over virtual dies, the report.
May import: ``neuromix.array``, ``neuromix.models``, ``neuromix.plot``, ``neuromix.data``; the extra
scikit-learn for the digits, and jinja2 and matplotlib inside functions.
Never comes in: ngspice, PySpice, ``neuromix.engine``: what SPICE has to say is handed over.
"""
