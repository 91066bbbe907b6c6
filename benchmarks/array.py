"""``python benchmarks/array.py``: what :mod:`benchmarks.networks` measures, by its known name.

A script of this folder finds this file where it asks for the standard library's ``array``: it gets
that one.
"""

import importlib
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent

if __name__ == "array":
    searched = sys.path[:]
    sys.path[:] = [place for place in searched if Path(place).resolve() != FOLDER]
    del sys.modules["array"]
    importlib.import_module("array")
    sys.path[:] = searched
elif __name__ == "__main__":
    sys.path[:] = [str(FOLDER.parent), *(p for p in sys.path if Path(p).resolve() != FOLDER)]
    importlib.import_module("benchmarks.networks").main()
