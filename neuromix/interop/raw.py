"""ngspice's own file of waveforms, ``.raw``, in and out.

The format is that of SPICE3 (ngspice manual, chapter "Rawfiles"): a header of text lines, then the
values of all variables point by point, as text after ``Values:`` or as native doubles after
``Binary:``. Several plots may follow each other in one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neuromix.data.files import replace_file
from neuromix.errors import BadValue

if TYPE_CHECKING:
    import xarray as xr

KINDS = {"time": "s", "frequency": "Hz", "voltage": "V", "current": "A"}
"""Types of variables and their units; ngspice has more, which have none."""

PLOTS = {
    "time": "Transient Analysis",
    "frequency": "AC Analysis",
    "sweep": "DC transfer characteristic",
}
"""Names of plots by the axis of their waveforms, as ngspice gives them."""

LARGEST_HEADER = 1_000_000
"""Bytes; a header has a line for each variable."""


@dataclass(frozen=True)
class _Header:
    fields: dict[str, str]
    names: list[str]
    kinds: list[str]
    binary: bool

    @property
    def points(self) -> int:
        return int(self.fields["No. Points"])

    @property
    def is_complex(self) -> bool:
        return "complex" in self.fields.get("Flags", "").lower()


def read_raw(path: str | Path) -> tuple[xr.Dataset, ...]:
    """Read a raw file, text or binary.

    Parameters
    ----------
    path : path
        Written by ngspice (``write``, ``-r``), by :func:`write_raw`, or by any SPICE3.

    Returns
    -------
    tuple of xarray.Dataset
        One a plot. The first variable is the dimension of the others where there are several
        points; ``attrs`` hold title, plot name and date of the file.

    Raises
    ------
    BadValue
        Where it is not a raw file, or ends early: ngspice leaves such files on a full disk.
    """
    file = Path(path)
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadValue(f"cannot read {file}", [str(error)]) from error
    try:
        found = tuple(_plots(raw))
    except (KeyError, ValueError, IndexError, UnicodeDecodeError) as error:
        raise BadValue(
            f"{file} is not a whole raw file of ngspice",
            [str(error)],
            "write it again; a full disk leaves a file that ends early",
        ) from error
    if not found:
        raise BadValue(f"{file} holds no plot", cure="a file that ngspice's `write` has made")
    return found


def _plots(raw: bytes) -> Iterator[xr.Dataset]:
    at = 0
    while raw[at:].strip():
        header, at = _header(raw, at)
        width = (2 if header.is_complex else 1) * len(header.names)
        read = _binary if header.binary else _text
        table, at = read(raw, at, header.points, width, header.is_complex)
        yield _dataset(header, table)


def _header(raw: bytes, at: int) -> tuple[_Header, int]:
    fields: dict[str, str] = {}
    names: list[str] = []
    kinds: list[str] = []
    begin = at
    inside = False
    while True:
        end = raw.find(b"\n", at, begin + LARGEST_HEADER)
        if end < 0:
            raise ValueError("the header has no end")
        line = raw[at:end].decode("utf-8").strip()
        at = end + 1
        if line in {"Binary:", "Values:"}:
            if len(names) != int(fields["No. Variables"]):
                raise ValueError(f"{len(names)} variables, not {fields['No. Variables']}")
            return _Header(fields, names, kinds, line == "Binary:"), at
        if line == "Variables:":
            inside = True
        elif inside and line:
            words = line.split()
            names.append(words[1])
            kinds.append(words[2])
        elif line:
            name, colon, value = line.partition(":")
            if not colon:
                raise ValueError(f"a line of the header is {line[:60]!r}")
            fields[name.strip()] = value.strip()


def _binary(
    raw: bytes, at: int, points: int, width: int, is_complex: bool
) -> tuple[NDArray[np.float64] | NDArray[np.complex128], int]:
    size = 8 * points * width
    if len(raw) < at + size:
        raise ValueError(f"{len(raw) - at} bytes of values, not {size}")
    flat = np.frombuffer(raw, "<f8", points * width, at).reshape(points, width)
    return (flat[:, ::2] + 1j * flat[:, 1::2] if is_complex else flat.astype(float)), at + size


def _text(
    raw: bytes, at: int, points: int, width: int, is_complex: bool
) -> tuple[NDArray[np.float64] | NDArray[np.complex128], int]:
    """Read values as text: the number of the point before the first variable of each."""
    end = raw.find(b"\nTitle:", at)
    words = raw[at : end if end >= 0 else None].split()
    variables = width // 2 if is_complex else width
    table = np.array(words[: points * (variables + 1)]).reshape(points, variables + 1)[:, 1:]
    if is_complex:
        parts = [tuple(map(float, word.split(b","))) for word in table.ravel()]
        values = np.array([complex(*part) for part in parts]).reshape(table.shape)
        return values, (end + 1 if end >= 0 else len(raw))
    return table.astype(np.float64), (end + 1 if end >= 0 else len(raw))


def _dataset(header: _Header, table: NDArray[np.float64] | NDArray[np.complex128]) -> xr.Dataset:
    import xarray as xr

    attrs = {
        ours: header.fields[theirs]
        for ours, theirs in (("title", "Title"), ("plot", "Plotname"), ("date", "Date"))
        if theirs in header.fields
    }
    axis, single = header.names[0], header.points == 1
    dataset = xr.Dataset(attrs=attrs)
    for name, kind, column in zip(header.names, header.kinds, table.T, strict=True):
        unit = {"units": KINDS[kind]} if kind in KINDS else {}
        if single:
            dataset[name] = ((), column[0], unit)
        elif name == axis:
            # The axis of an ac analysis is stored as complex, and is not.
            dataset.coords[axis] = (axis, np.real(column), unit)
        else:
            dataset[name] = (axis, column, unit)
    return dataset


def write_raw(dataset: xr.Dataset, path: str | Path) -> Path:
    """Write the waveforms of one run as a binary raw file.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of :func:`neuromix.simulate` without a sweep over parameters.
    path : path
        Written beside, then replaced.

    Raises
    ------
    BadValue
        Where there is no single set of waveforms in it.
    """
    axes = [str(axis) for axis in dataset.dims if str(axis) in PLOTS]
    waves = [
        str(key)
        for key in dataset.data_vars
        if (dataset[key].dims == tuple(axes) if axes else dataset[key].ndim == 0)
    ]
    if len(axes) > 1 or not waves:
        raise BadValue(
            "these data are not the waveforms of one run",
            [f"dimensions: {', '.join(map(str, dataset.dims)) or 'none'}"],
            "a raw file for each run: dataset.isel(i_in=0)",
        )
    columns = [dataset[name].values for name in (*axes, *waves)]
    is_complex = any(np.iscomplexobj(column) for column in columns)
    points = len(columns[0]) if axes else 1
    table = np.stack([np.broadcast_to(column, (points,)) for column in columns], axis=1)
    kinds = {unit: kind for kind, unit in KINDS.items() if kind not in PLOTS}
    rows = [
        f"\t{k}\t{name}\t{name if name in PLOTS else kinds.get(_unit(dataset, name), 'notype')}"
        for k, name in enumerate((*axes, *waves))
    ]
    title = " ".join(str(dataset.attrs.get(key, "")) for key in ("cell", "bench")).strip()
    header = [
        f"Title: {title or 'neuromix'}",
        f"Plotname: {PLOTS[axes[0]] if axes else 'Operating Point'}",
        f"Flags: {'complex' if is_complex else 'real'}",
        f"No. Variables: {len(rows)}",
        f"No. Points: {points}",
        "Variables:",
        *rows,
        "Binary:",
        "",
    ]
    values = table.astype("<c16" if is_complex else "<f8")
    return replace_file(Path(path), "\n".join(header).encode() + values.tobytes())


def _unit(dataset: xr.Dataset, name: str) -> str:
    return str(dataset[name].attrs.get("units", ""))
