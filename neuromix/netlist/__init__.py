"""SPICE text: reading subcircuits, checking them, composing decks with PySpice.

Lives here: the parser, the static checks, the deck. May import: ``neuromix.library``,
``neuromix.data``, ``neuromix.declare``, ``neuromix.units``, ``neuromix.errors``; PySpice only here.
Never comes in: ngspice, results, models of behaviour.
"""
