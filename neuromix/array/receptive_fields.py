"""Convolutions: a few weights that all neurons of a channel share, each for its own patch.

A convolution chip keeps the words of its kernel once; an event reads them and they go to the
neurons around its address (Serrano-Gotarredona et al. 2006, "A neuromorphic cortical-layer
microchip for spike-based event processing vision systems"; from memory). So a word that is off is
off alike for all neurons that use it, while their converters and synapses differ as always.

Conventions are those of PyTorch: a convolution is a cross-correlation, images have shape (channels,
height, width) and are sent row by row, channel by channel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuromix.array.memory_limit import MemoryNeed, check_memory
from neuromix.data.arrays import floats, numeric
from neuromix.errors import BadValue

KERNEL = 4
"""Dimensions of a kernel: channels out, channels in, height, width."""

IMAGE = 3
"""Dimensions of an image: channels, height, width."""

BYTES = 80
"""Of a synapse, while receptive fields are written out."""

LARGEST = 2**31 - 1
"""Stride, padding, dilation, groups, side of a patch."""

Shape = tuple[int, int, int]
Pair = int | tuple[int, int]


@dataclass(frozen=True, eq=False)
class Convolution:
    """Weights of a connection that are shared; given to ``chip.connect(…, weights=…)``.

    Parameters
    ----------
    kernel : (channels out, channels in / groups, height, width) array
        Codes for characterized neurons, V for linear ones; 0 is no synapse.
    image : (int, int, int)
        Channels, height and width of what the source block is.
    stride, dilation : int or (int, int)
        Between neighbouring patches, and between the taps of one; height and width.
    padding : int, (int, int), "same" or "valid"
        By which the image is thought to be larger on each side; nothing comes from there.
    groups : int
        Into which the channels are parted; with as many as there are channels each keeps to itself.

    Examples
    --------
    >>> edges = Convolution([[[[-20, 40, -20]]]], image=(1, 16, 16), padding="same")
    >>> edges.shape, edges.sources, edges.neurons
    ((1, 16, 16), 256, 256)
    """

    kernel: NDArray[Any] = field(repr=False)
    image: Shape
    stride: Pair = 1
    padding: Pair | str = 0
    dilation: Pair = 1
    groups: int = 1

    def __post_init__(self) -> None:
        kernel = np.array(numeric(self.kernel, "convolution: kernel"))
        if kernel.ndim != KERNEL or not kernel.size:
            raise BadValue(
                f"convolution: its kernel has shape {kernel.shape}",
                cure="(channels out, channels in, height, width)",
            )
        floats(kernel, "convolution: kernel")
        kernel.setflags(write=False)
        image = _shape(self.image)
        groups, channels = _whole(self.groups, "groups", 1)[0], kernel.shape[0]
        if channels % groups or image[0] != kernel.shape[1] * groups:
            raise BadValue(
                f"convolution: its kernel of shape {kernel.shape} in {groups} groups does not fit "
                f"{image[0]} channels of input"
            )
        values = {
            "kernel": kernel,
            "image": image,
            "stride": _whole(self.stride, "stride", 1),
            "dilation": _whole(self.dilation, "dilation", 1),
            "groups": groups,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        _ = self.shape

    @classmethod
    def pooling(
        cls, weight: ArrayLike, image: Shape, size: Pair, stride: Pair | None = None
    ) -> Convolution:
        """Return the sum over patches of each channel by itself, all with one weight.

        Parameters
        ----------
        weight : number
            A code, or V.
        image : (int, int, int)
        size : int or (int, int)
            Of a patch.
        stride : int or (int, int), optional
            Patches that do not overlap by default.
        """
        height, width = _whole(size, "size", 1)
        value = numeric(weight, "convolution: weight")
        channels, *sides = _shape(image)
        for side, patch in zip(sides, (height, width), strict=True):
            _ = _Axis(side, patch, 1, (0, 0), 1).count  # before a kernel of that size is made
        if value.ndim:
            raise BadValue("convolution: all patches are summed with one weight", cure="a number")
        kernel = np.full((channels, 1, height, width), value, value.dtype)
        return cls(kernel, image, size if stride is None else stride, groups=channels)

    @property
    def shape(self) -> Shape:
        """Channels, height and width of what the target is."""
        rows, columns = self._axes()
        return self.kernel.shape[0], rows.count, columns.count

    @property
    def sources(self) -> int:
        """Addresses of the image."""
        return math.prod(self.image)

    @property
    def neurons(self) -> int:
        """Neurons of the target, channel by channel."""
        return math.prod(self.shape)

    @property
    def most_synapses(self) -> int:
        """How many synapses there would be without padding and zeros."""
        return self.kernel.size * math.prod(self.shape[1:])

    def between(self, sources: int, neurons: int, wire: str) -> SharedWeights:
        """Write out all receptive fields between blocks of these sizes.

        Raises
        ------
        BadValue
            Where blocks have other sizes, or the memory does not suffice.
        """
        if (self.sources, self.neurons) != (sources, neurons):
            raise BadValue(
                f"{wire}: blocks of {sources} and {neurons} are not those of the convolution",
                [f"from {_product(self.image)} to {_product(self.shape)}"],
                f"a source of {self.sources} and an array of {self.neurons}",
            )
        return self.synapses()

    def synapses(self) -> SharedWeights:
        """Write out all receptive fields.

        Raises
        ------
        BadValue
            Where they would not fit into the memory.
        """
        need = MemoryNeed({"receptive fields": float(BYTES * self.most_synapses)})
        check_memory("convolution", need)
        rows, columns = (axis.places() for axis in self._axes())
        outputs, inputs, height, width = self.kernel.shape
        out = self.shape
        o, i, ky, kx, y, x = np.ix_(
            *(np.arange(n) for n in (outputs, inputs, height, width, *out[1:]))
        )
        channel = i + inputs * (o // (outputs // self.groups))
        row, column = rows[ky, y], columns[kx, x]
        kept = (row >= 0) & (column >= 0) & (self.kernel[..., None, None] != 0)
        source, target, word = (
            np.broadcast_to(values, kept.shape)[kept]
            for values in (
                (channel * self.image[1] + row) * self.image[2] + column,
                (o * out[1] + y) * out[2] + x,
                np.arange(self.kernel.size).reshape(self.kernel.shape)[..., None, None],
            )
        )
        order = np.lexsort((target, source))
        indptr = np.searchsorted(source[order], np.arange(self.sources + 1))
        return SharedWeights(
            indptr, target[order].astype(np.int32), word[order].astype(np.int32), self.kernel
        )

    def _axes(self) -> tuple[_Axis, _Axis]:
        """Return the rows and the columns of images."""
        stride, dilation = _whole(self.stride, "stride", 1), _whole(self.dilation, "dilation", 1)
        taps = self.kernel.shape[2:]
        sides = _sides(self.padding, taps, dilation)
        rows, columns = map(_Axis, self.image[1:], taps, stride, sides, dilation)
        return rows, columns


@dataclass(frozen=True, eq=False)
class SharedWeights:
    """Synapses of a convolution in compressed rows of sources.

    Parameters
    ----------
    indptr : (sources + 1,) ndarray of int64
    target, word : (synapses,) ndarray of int32
        Rising within each row, and which word of the flat kernel each synapse reads.
    kernel : ndarray
    """

    indptr: NDArray[np.int64]
    target: NDArray[np.int32]
    word: NDArray[np.int32]
    kernel: NDArray[Any]

    @property
    def weight(self) -> NDArray[Any]:
        """Of each synapse."""
        found: NDArray[Any] = self.kernel.ravel()[self.word]
        return found


@dataclass(frozen=True)
class _Axis:
    """One dimension of an image under a kernel of so many taps; ``sides`` are before and after."""

    size: int
    taps: int
    stride: int
    sides: tuple[int, int]
    dilation: int

    @property
    def count(self) -> int:
        """How many outputs there are."""
        room = self.size + sum(self.sides) - self.dilation * (self.taps - 1)
        if room < 1:
            raise BadValue(
                f"convolution: its kernel of {self.taps} is larger than what it gets, {self.size}"
            )
        return 1 + (room - 1) // self.stride

    def places(self) -> NDArray[np.int64]:
        """Return which input each tap sees at each output, −1 in the padding: (taps, outputs)."""
        taps = self.dilation * np.arange(self.taps)[:, None] - self.sides[0]
        seen = taps + self.stride * np.arange(self.count)
        return np.where((seen >= 0) & (seen < self.size), seen, -1)


def _sides(
    given: Pair | str, kernel: tuple[int, ...], dilation: tuple[int, int]
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return what is added before and after, by dimension."""
    if isinstance(given, str):
        if given not in {"same", "valid"}:
            raise BadValue(
                f"convolution: its padding is {given!r}", cure='"same", "valid", or a number'
            )
        y, x = (d * (k - 1) * (given == "same") for d, k in zip(dilation, kernel, strict=True))
        return (y // 2, -(-y // 2)), (x // 2, -(-x // 2))
    y, x = _whole(given, "padding", 0)
    return (y, y), (x, x)


def _shape(given: Any) -> Shape:
    """Return channels, height and width of an image."""
    found = floats(given, "convolution: image")
    if found.shape != (IMAGE,) or np.any(found != np.rint(found)) or found.min() < 1:
        raise BadValue(
            f"convolution: an image of shape {np.asarray(given).tolist()!r}",
            cure="(channels, height, width)",
        )
    channels, height, width = map(int, found)
    return channels, height, width


def _whole(value: Any, what: str, least: int) -> tuple[int, int]:
    """Return one whole number, or two, as two."""
    found = floats(value, f"convolution: {what}").ravel()
    if (
        found.size not in {1, 2}
        or np.any(found != np.rint(found))
        or not least <= found.min() <= found.max() <= LARGEST
    ):
        raise BadValue(
            f"convolution: its {what} is {np.asarray(value).tolist()!r:.60}",
            cure=f"a whole number from {least} to {LARGEST}, or two",
        )
    return int(found[0]), int(found[-1])


def _product(shape: Shape) -> str:
    return f"{' × '.join(map(str, shape))} = {math.prod(shape)}"
