"""Write the datasheet of every committed result, and an index of them.

Run by ``make datasheets``. A sheet is made anew where its data, its model, its cell or neuromix
itself have changed since.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from neuromix import library
from neuromix.characterization.datasheet.evidence import Evidence, gather
from neuromix.characterization.datasheet.writing import datasheet, head_of, render_index
from neuromix.data.files import replace_file
from neuromix.data.netcdf import read_dataset
from neuromix.data.provenance import digest
from neuromix.models.store import load

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
SOURCES = {".py", ".html", ".css"}

Key = tuple[str, str]


def main(folder: Path) -> None:
    """Write all sheets into a folder; print the name of each that was made."""
    models = library.model_files()
    keys = [key for key in library.dataset_files() if key in models]
    sources = sorted(p for p in (ROOT / "neuromix").rglob("*.*") if p.suffix in SOURCES)
    program = digest(*(source.read_bytes() for source in sources))
    stale = [key for key in keys if _stamp(folder, key) != _state(key, program)]
    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:
        for key, written in zip(stale, pool.map(_write, stale, [folder] * len(stale)), strict=True):
            replace_file(_stamp_file(folder, key), _state(key, program).encode())
            print(written)  # noqa: T201
    heads = [(f"{'.'.join(key)}.html", head_of(_evidence(key))) for key in keys]
    print(replace_file(folder / "index.html", render_index(heads).encode()))  # noqa: T201


def _state(key: Key, program: str) -> str:
    """Return one hash of all that a sheet depends on."""
    netlist = library.netlist_file(key[0])
    files = [library.dataset_files()[key], library.model_files()[key], netlist]
    files += [library.declaration_file(name) for name in key]
    drawing = netlist.with_suffix(".svg")
    files += [drawing] if drawing.is_file() else []
    return digest(program, *(file.read_bytes() for file in files))


def _stamp_file(folder: Path, key: Key) -> Path:
    return folder / f".{'.'.join(key)}.stamp"


def _stamp(folder: Path, key: Key) -> str:
    file = _stamp_file(folder, key)
    there = file.is_file() and (folder / f"{'.'.join(key)}.html").is_file()
    return file.read_text() if there else ""


def _evidence(key: Key) -> Evidence:
    data = read_dataset(library.dataset_files()[key])
    return gather(library.cell(key[0]), data, load(library.model_files()[key]))


def _write(key: Key, folder: Path) -> Path:
    data, model = read_dataset(library.dataset_files()[key]), load(library.model_files()[key])
    return datasheet(key[0], data, model, folder / f"{'.'.join(key)}.html")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "datasheets")
