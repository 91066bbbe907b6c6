"""A model: what a cell does, how far instances differ, how much it is to be believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from neuromix.errors import BadValue
from neuromix.models.family import Family, Values
from neuromix.models.mismatch import Mismatch
from neuromix.units import number, render


@dataclass(frozen=True)
class NoiseDensity:
    """Noise of a cell referred to its input, and of an output current that it makes.

    The density of the input noise is ``white + flicker / f**exponent + shot I``, with I the
    output of a synapse; a neuron has no such output. The logarithm of that output wanders beside.

    Parameters
    ----------
    white : float
        A²/Hz.
    flicker : float
        At 1 Hz, A²/Hz.
    exponent : float
        Of the frequency.
    shot : float
        White density per output current, A²/Hz/A; 2q for shot noise.
    wander : float
        Growth of the variance of ln I in time, 1/s: noise of the state behind I.
    unit : str
        ``"A"`` for a cell that takes a current, ``"V"`` for one that takes a voltage; densities of
        the latter are in V²/Hz.
    """

    white: float = 0.0
    flicker: float = 0.0
    exponent: float = 1.0
    shot: float = 0.0
    wander: float = 0.0
    unit: str = "A"

    @property
    def strengths(self) -> tuple[float, ...]:
        """All that has to be finite and not negative."""
        return (self.white, self.flicker, self.exponent, self.shot, self.wander)

    @property
    def corner(self) -> float:
        """Frequency at which both parts are equal, Hz; 0 without flicker."""
        if self.white <= 0.0 or self.flicker <= 0.0:
            return 0.0
        return float((self.flicker / self.white) ** (1.0 / self.exponent))


NOISE_USED: Mapping[str, tuple[str, ...]] = {
    "neuron": ("white", "flicker"),
    "bursting_neuron": ("white", "flicker"),
    "synapse": ("shot", "wander"),
    "linear_neuron": (),
    "converter": (),
}
"""Which noise an array makes of each role; of others their own users decide."""


@dataclass(frozen=True)
class Energy:
    """What the supply pays: ``per_event`` joules for each spike or event, and a standing power.

    Parameters
    ----------
    per_event : float
        J, without what an input source brings.
    static_power : float
        W, while nothing happens.
    growth : float
        J per unit of ln(1 + I/1 nA): how the energy of an event grows with the input current.
    per_input_charge : float
        J for each coulomb of the input during its events: of a synapse, weight current times width.
    per_output_charge : float
        J for each coulomb that the source output delivers beyond what it delivers while nothing
        happens.
    """

    per_event: float = 0.0
    static_power: float = 0.0
    growth: float = 0.0
    per_input_charge: float = 0.0
    per_output_charge: float = 0.0


@dataclass(frozen=True)
class Range:
    """Values of one input or condition that the fit has covered, SI."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A characterized cell.

    Parameters
    ----------
    cell, technology : str
        What it is a model of.
    condition : mapping of str to str or float
        Corner, temperature (K), supply (V), whether biases were ideal.
    dynamics : Family
        Nominal parameters; scalars.
    spread : mapping of str to float
        Standard error of each parameter from the fit, same units.
    mismatch : Mismatch
        Joint distribution over instances.
    noise : NoiseDensity
        Referred to the input; only what the role of the cell uses, see :data:`NOISE_USED`.
    energy : Energy
        Per event and standing.
    validity : mapping of str to Range
        What was covered.
    proof : mapping of str to float
        Errors on stimuli that the fit never saw, each beside its numerical floor.
    provenance : mapping of str to str
        Hashes, versions, the command.

    Raises
    ------
    BadValue
        Where an array would ignore a part of the noise.
    """

    cell: str
    technology: str
    condition: Mapping[str, str | float]
    dynamics: Family
    spread: Mapping[str, float] = field(default_factory=dict)
    mismatch: Mismatch = field(default_factory=lambda: Mismatch((), (), (), (), 0))
    noise: NoiseDensity = NoiseDensity()
    energy: Energy = Energy()
    validity: Mapping[str, Range] = field(default_factory=dict)
    proof: Mapping[str, float] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        role, noise = self.dynamics.role, self.noise
        given = [name for name in ("white", "flicker", "shot", "wander") if getattr(noise, name)]
        if role not in NOISE_USED or not given:
            return
        used = NOISE_USED[role]
        cure = {
            "linear_neuron": "its parameter noise, r.m.s. on the membrane, V",
            "converter": "no noise; shot noise and wander of the synapse behind it",
        }.get(role, f"NoiseDensity of {' and '.join(used)}, in A")
        if ignored := [name for name in given if name not in used]:
            raise BadValue(
                f"{self.cell}: the {' and '.join(ignored)} noise of a {role} would be ignored",
                [f"of a {role} an array makes: {' and '.join(used) or 'none of NoiseDensity'}"],
                cure,
            )
        if noise.unit != "A":
            raise BadValue(
                f"{self.cell}: the noise of a {role} is a current, not in {noise.unit!r}", cure=cure
            )

    @classmethod
    def ideal(
        cls,
        family: str | type[Family],
        *,
        mismatch: Mapping[str, float] | None = None,
        **parameters: Values,
    ) -> Model:
        """Return a model of typed-in parameters: an equation, not a characterized cell.

        Parameters
        ----------
        family : str or Family class
            Such as ``"current_based_lif"``, or a class of your own that need not be installed.
        mismatch : mapping of str to float, optional
            Standard deviation over neurons, without correlations: relative for a positive quantity,
            in its own unit for any other.
        **parameters : float or (n,) array
            Parameters of the family, SI; an array gives each neuron its own, or is a table.

        Raises
        ------
        UnknownName, BadValue
            Where the family or a parameter does not exist, or a value is out of its range.
        """
        from neuromix.models.ideal import TYPED_IN, independent, typed_in

        dynamics = typed_in(family, parameters)
        spread = independent(dynamics, mismatch or {})
        return cls(
            dynamics.name(), TYPED_IN, {}, dynamics, mismatch=spread, provenance={"kind": TYPED_IN}
        )

    @property
    def characterized(self) -> bool:
        """Whether its parameters come from a circuit; see :meth:`ideal`."""
        from neuromix.models.ideal import TYPED_IN

        return self.provenance.get("kind") != TYPED_IN

    @property
    def family(self) -> str:
        """Name of the family of dynamics."""
        return self.dynamics.name()

    def nominal(self, name: str) -> float:
        """Return the nominal value of a parameter of the dynamics or of ``energy_per_event``.

        Raises
        ------
        BadValue
            Where it is a table, or differs from neuron to neuron.
        """
        if name == "energy_per_event":
            return self.energy.per_event
        if np.ndim(getattr(self.dynamics, name)):
            raise BadValue(f"{self.cell}: {name} is more than one number")
        return float(np.asarray(getattr(self.dynamics, name)))

    def sample(self, size: int, seed: int, *owner: str | int) -> Family:
        """Return ``size`` mismatched instances as one family with arrays in it.

        Instance k depends on ``(seed, owner, k)`` alone.
        """
        drawn = self.draws(size, seed, *owner)
        return self.dynamics.replace(
            **{name: drawn[name] for name in drawn if name != "energy_per_event"}
        )

    def draws(self, size: int, seed: int, *owner: str | int) -> dict[str, np.ndarray]:
        """Return the drawn values by name, each of shape ``(size,)``, energy included."""
        names = self.mismatch.names
        centre = np.array([self.nominal(name) for name in names])
        values = self.mismatch.draw(centre, size, seed, *owner)
        return {name: np.ascontiguousarray(values[:, k]) for k, name in enumerate(names)}

    def with_mismatch(self, scale: float) -> Model:
        """Return the same model with all deviations of instances ``scale`` times as large."""
        return replace(self, mismatch=self.mismatch.scaled(number(scale, "mismatch scale")))

    def with_proof(self, proof: Mapping[str, float]) -> Model:
        """Return the same model with these held-out errors."""
        return replace(self, proof=dict(proof))

    def table(self) -> list[tuple[str, str, str, str]]:
        """Return rows of name, value, spread over instances, meaning."""
        sigma = dict(zip(self.mismatch.names, self.mismatch.deviation(), strict=True))
        logarithmic = dict(zip(self.mismatch.names, self.mismatch.logarithmic, strict=True))
        rows = []
        for item in self.dynamics.parameters():
            if np.ndim(values := getattr(self.dynamics, item.name)):
                low, high = (render(float(end), item.unit) for end in (min(values), max(values)))
                kind = "points" if item.name in self.dynamics.tables() else "given"
                rows.append((item.name, f"{low} … {high}", f"{len(values)} {kind}", item.meaning))
                continue
            value = self.nominal(item.name)
            spread = ""
            if item.name in sigma:
                s = float(sigma[item.name])
                spread = (
                    f"±{100 * s:.2f} %" if logarithmic[item.name] else f"±{render(s, item.unit)}"
                )
            rows.append((item.name, render(value, item.unit), spread, item.meaning))
        return rows

    def __repr__(self) -> str:
        if not self.characterized:
            return f"Model({self.family}, typed in, not characterized)"
        return (
            f"Model({self.cell} in {self.technology}: {self.family}, "
            f"{self.mismatch.samples} mismatch draws)"
        )

    def _repr_html_(self) -> str:
        from neuromix.models.sheets import model_sheet

        return model_sheet(self).html()

    def __str__(self) -> str:
        head = f"{self.cell} · {self.technology} · {self.family}"
        rows = self.table()
        width = max(len(row[0]) for row in rows)
        lines = [f"  {n:<{width}}  {v:>12}  {s:>12}  {m}" for n, v, s, m in rows]
        proof = [f"  {name:<{width}}  {value:.3g}" for name, value in self.proof.items()]
        if not self.characterized:
            head = f"{self.family} · typed in: not characterized, of no circuit"
        return "\n".join([head, *lines, *(["  held-out:"] if proof else []), *proof])
