"""Finds declarations, netlists and model files in libraries of cells.

A library is a folder with ``circuits/`` and ``netlists/``. Searched, in this order: explicit paths,
``NEUROMIX_PATH``, the entry point ``neuromix.libraries``, the built-in library. A name that two
libraries hold is an error that names both. The current folder is never searched by itself.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import importlib.resources
import importlib.util
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from neuromix.data.provenance import digest
from neuromix.declare import Cell, Technology
from neuromix.display import Sheet, Table
from neuromix.errors import BadValue, InputError, NeuromixError, UnknownName


def built_in() -> Path:
    """Return the folder of the library that comes with neuromix."""
    inside = Path(str(importlib.resources.files("neuromix"))) / "_library"
    return inside if inside.is_dir() else Path(__file__).resolve().parent.parent


@functools.lru_cache
def _folders(search: str) -> tuple[Path, ...]:
    folders = [Path(item) for item in search.split(os.pathsep) if item]
    for folder in folders:
        if not (folder / "circuits").is_dir():
            raise BadValue(
                f"NEUROMIX_PATH: {folder} is not a library",
                [f"{folder / 'circuits'} is not a folder"],
                "a folder that holds circuits/ and netlists/",
            )
    installed = [
        Path(str(importlib.resources.files(entry.value)))
        for entry in importlib.metadata.entry_points(group="neuromix.libraries")
    ]
    return (*folders, *installed, built_in())


def folders() -> tuple[Path, ...]:
    """Return all libraries, in the order of the search."""
    return _folders(os.environ.get("NEUROMIX_PATH", ""))


def _files(pattern: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders():
        for file in sorted(folder.glob(pattern)):
            other = found.setdefault(file.name, file)
            if other.resolve() != file.resolve():
                raise BadValue(
                    f"two libraries hold {file.name}",
                    [str(other), str(file)],
                    "rename one of them, or take one library out of NEUROMIX_PATH",
                )
    return found


def _declarations() -> Iterator[tuple[str, Path]]:
    for name, file in _files("circuits/*.py").items():
        if not name.startswith("_"):
            yield name.removesuffix(".py"), file


@functools.lru_cache
def _declared(file: Path, _state: tuple[int, int]) -> object:
    spec = importlib.util.spec_from_file_location(f"neuromix_circuits_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise BadValue(f"{file} is not a declaration")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except NeuromixError:
        raise
    except Exception as error:  # whatever a person's file may raise
        raise InputError(
            f"{file} cannot be read as a declaration",
            [f"{_line_of(error, file)}{type(error).__name__}: {error}"],
            "correct the file; circuits/README.md shows one that works",
        ) from error
    for attribute in ("cell", "technology"):
        if hasattr(module, attribute):
            return getattr(module, attribute)
    raise InputError(f"{file} declares neither `cell` nor `technology`")


def _line_of(error: Exception, file: Path) -> str:
    """Return the line of the file in which it went wrong, where that is known."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: "
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(file)]
    return f"line {lines[-1]}: " if lines else ""


def _load(kind: str, wanted: type, name: str) -> object:
    files = dict(_declarations())
    if name in files:
        declared = read_declaration(files[name])
        if isinstance(declared, wanted):
            return declared
    raise UnknownName(kind, name, names_of(wanted))


def read_declaration(file: Path) -> object:
    """Execute a declaration and return its cell or technology; read again when it has changed."""
    state = file.stat()
    return _declared(file, (state.st_mtime_ns, state.st_size))


def names_of(wanted: type) -> tuple[str, ...]:
    """Return the names of all declared cells or technologies; what cannot be read is left out."""
    broken = unreadable()
    return tuple(
        name
        for name, file in _declarations()
        if file not in broken and isinstance(read_declaration(file), wanted)
    )


def unreadable() -> dict[Path, NeuromixError]:
    """Return the declarations that cannot be read, and why: one must not hide all others."""
    found = {}
    for _, file in _declarations():
        try:
            read_declaration(file)
        except NeuromixError as error:
            found[file] = error
    return found


def cell(name: str) -> Cell:
    """Return the declaration of a cell.

    Raises
    ------
    UnknownName
        Where no library holds one; near names are offered.
    """
    found = _load("cell", Cell, name)
    assert isinstance(found, Cell)
    return found


def as_cell(what: Cell | str) -> Cell:
    """Return a cell that is given itself or by name.

    Raises
    ------
    BadValue
        Where it is neither.
    UnknownName
        Where no library holds one of that name.
    """
    if isinstance(what, Cell):
        return what
    if not isinstance(what, str):
        raise BadValue(
            f"a {type(what).__name__} is not a cell", cure='nmx.cell("lif_neuron"), or its name'
        )
    return cell(what)


def technology(name: str) -> Technology:
    """Return the declaration of a technology; raises as :func:`cell`."""
    found = _load("technology", Technology, name)
    assert isinstance(found, Technology)
    return found


def netlist_file(name: str) -> Path:
    """Return the file of the netlist with that stem."""
    files = _files("netlists/*.cir")
    if f"{name}.cir" not in files:
        raise UnknownName("netlist", name, (item.removesuffix(".cir") for item in files))
    return files[f"{name}.cir"]


def model_set_file(name: str) -> Path:
    """Return the model file of that name, which a library holds beside its netlists."""
    files = _files("netlists/*.lib")
    if name not in files:
        raise UnknownName("model file", name, files)
    return files[name]


def declaration_file(name: str) -> Path:
    """Return the file of the declaration with that stem."""
    files = dict(_declarations())
    if name not in files:
        raise UnknownName("declaration", name, files)
    return files[name]


def model_files() -> dict[tuple[str, str], Path]:
    """Return the committed model files by cell and technology."""
    return _by_cell(".model.json")


def dataset_files() -> dict[tuple[str, str], Path]:
    """Return the committed datasets, from which those models were fitted, in the same way."""
    return _by_cell(".nc")


def _by_cell(suffix: str) -> dict[tuple[str, str], Path]:
    found = {}
    for name, file in _files(f"circuits/*{suffix}").items():
        cell_name, _, technology_name = name.removesuffix(suffix).rpartition(".")
        found[cell_name, technology_name] = file
    return found


def source_hash(name: str, technology_name: str) -> str:
    """Return one hash of all that a result of a cell depends on.

    That is the netlist, the model set and the declared values: ports, benches, model family, sizes
    and biases in that technology, and the technology itself. Texts, specifications and other
    technologies may change without making a model a stranger to its cell.
    """
    declared = cell(name)
    process = technology(technology_name)
    return digest(
        netlist_file(name).read_bytes(),
        repr((declared.ports, declared.benches, declared.model, declared.devices)),
        repr(declared.realisation(technology_name)),
        # Nothing that a model tells hangs on the last field, the variation from die to die.
        repr(dataclasses.astuple(process)[:-1]),
        process.model_set.sha256,
    )


class Cells:
    """All cells, by attribute or by name: ``nmx.cells.lif_neuron``, ``nmx.cells["lif_neuron"]``."""

    def __getattr__(self, name: str) -> Cell:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return cell(name)
        except UnknownName as error:
            raise AttributeError(str(error)) from error

    def __dir__(self) -> list[str]:
        return list(names_of(Cell))

    def __iter__(self) -> Iterator[Cell]:
        return (cell(name) for name in names_of(Cell))

    def __len__(self) -> int:
        return len(names_of(Cell))

    def __getitem__(self, name: str) -> Cell:
        return cell(name)

    def _ipython_key_completions_(self) -> list[str]:
        return list(names_of(Cell))

    def __repr__(self) -> str:
        return f"Cells({', '.join(names_of(Cell))})"

    def _repr_html_(self) -> str:
        models = model_files()
        rows = tuple(
            (
                item.name,
                item.summary,
                ", ".join(bench.name for bench in item.benches),
                ", ".join(item.technologies),
                ", ".join(name for name in item.technologies if (item.name, name) in models),
            )
            for item in self
        )
        header = ("name", "what it is", "benches", "technologies", "model for")
        where = ", ".join(str(folder) for folder in folders())
        return Sheet("Cells", f"in {where}", (Table("Cells", header, rows),)).html()


cells = Cells()
"""All cells of all libraries."""
