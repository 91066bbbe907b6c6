"""Model sets of technologies: found, fetched, checked against a pinned hash, trimmed.

May import: ``neuromix.library``, ``neuromix.data``, ``neuromix.declare``, ``neuromix.units``,
``neuromix.errors``. Never comes in: ngspice, a deck, a cell, or the text of a foundry's model; that
text lives in the user's data folder and in decks.
"""

from neuromix.pdk.cards import device_cards
from neuromix.pdk.installation import install
from neuromix.pdk.location import data_folder, identity, is_there, model_file

__all__ = ["data_folder", "device_cards", "identity", "install", "is_there", "model_file"]
