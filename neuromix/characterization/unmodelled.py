"""Cells that name no model family: tables, spreads and noise of their benches, and no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from neuromix.characterization.recipe import Record, Stimulus
from neuromix.declare import Bench, Cell, Noise
from neuromix.errors import BadValue
from neuromix.models.family import Family
from neuromix.models.model import Energy, Model, NoiseDensity

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True, eq=False)
class Unmodelled(Family):
    """No parameters: what stands in the place of a model where there is none."""


class BenchTables:
    """The recipe of a cell without a family: every bench as it is declared.

    See :class:`neuromix.characterization.recipe.Recipe`.
    """

    refitted: tuple[str, ...] = ()
    main_error = ""

    def __init__(self, cell: Cell) -> None:
        self._cell = cell

    def stimuli(self, purpose: str) -> tuple[Stimulus, ...]:
        """Return benches that measure something for tables and spreads, noise benches for noise."""

        def runs(bench: Bench) -> bool:
            noisy = isinstance(bench.analysis, Noise)
            if purpose == "noise":
                return noisy
            return purpose in {"sweep", "mismatch"} and bool(bench.measures) and not noisy

        return tuple(Stimulus(item.name, item.name) for item in self._cell.benches if runs(item))

    def noise(self, records: Sequence[Record]) -> NoiseDensity:  # noqa: ARG002
        """Return none: which input a density is referred to is the family's to say."""
        return NoiseDensity()

    def transfer(self, records: Sequence[Record]) -> None:
        """Return none: which curve a cell is known by is the family's to say."""

    def validity(self) -> dict[str, tuple[float, float, str]]:
        """Return nothing: nothing is fitted."""
        return {}

    def fit(self, records: Sequence[Record], temperature: float) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        raise no_family(self._cell)

    def refit(
        self,
        nominal: Model,  # noqa: ARG002
        records: Sequence[Record],  # noqa: ARG002
        baseline: Sequence[Record],  # noqa: ARG002
    ) -> NoReturn:
        """Refuse."""
        raise no_family(self._cell)

    def energy(self, dynamics: Family, records: Sequence[Record]) -> Energy:  # noqa: ARG002
        """Return nothing: energies are measures of the benches."""
        return Energy()

    def predict(self, model: Model, stimulus: Stimulus) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        raise no_family(self._cell)

    def compare(self, pairs: Sequence[tuple[Record, Record]]) -> NoReturn:  # noqa: ARG002
        """Refuse."""
        raise no_family(self._cell)


def no_family(cell: Cell) -> BadValue:
    """Return the error of what only a cell with a model family can do."""
    return BadValue(
        f"{cell.name} names no model family, so there is nothing to fit or to verify",
        ["its benches are simulated and characterized: tables, spreads, noise, datasheet"],
        "model=ModelFamily(…) as circuits/README.md, 4, says",
    )


def placeholder(cell: Cell, data: xr.Dataset) -> Model:
    """Return a model without parameters, for what is written about a cell without one."""
    return Model(
        cell=cell.name,
        technology=str(data.attrs["technology"]),
        condition={},
        dynamics=Unmodelled(),
        provenance={"source_sha256": str(data.attrs.get("source_sha256", ""))},
    )
