"""What a model shows of itself."""

from __future__ import annotations

from neuromix.display import Sheet, Table
from neuromix.models.model import Model
from neuromix.units import celsius, render


def model_sheet(model: Model) -> Sheet:
    """Return parameters with their spread, held-out errors beside floors, and validity."""
    condition = model.condition
    where = [str(condition.get("corner", ""))]
    if isinstance(temperature := condition.get("temperature"), float):
        where.append(f"{celsius(temperature):g} °C")
    if isinstance(supply := condition.get("supply"), float):
        where.append(render(supply, "V"))
    draws = model.mismatch.samples
    return Sheet(
        model.cell,
        f"model in {model.technology}, {', '.join(where)}; family {model.family}; "
        + (f"mismatch of {draws} instances" if draws else "no mismatch"),
        (
            Table("Parameters", ("parameter", "value", "σ of instances", "meaning"), _rows(model)),
            Table(
                "Errors on stimuli that the fit never saw",
                ("quantity", "value", "floor"),
                _proof(model),
            ),
            Table("Covered by the fit", ("quantity", "from", "to"), _validity(model)),
            Table("Noise and energy", ("quantity", "value"), _laws(model), folded=True),
            Table("Origin", ("of", "value"), tuple(model.provenance.items()), folded=True),
        ),
    )


def _rows(model: Model) -> tuple[tuple[str, ...], ...]:
    return tuple(model.table())


def _proof(model: Model) -> tuple[tuple[str, ...], ...]:
    """Return each error beside how far the simulator's own tolerances move it."""
    proof = model.proof
    return tuple(
        (name, f"{value:.3g}", f"{proof[f'{name}_floor']:.2g}" if f"{name}_floor" in proof else "")
        for name, value in proof.items()
        if not name.endswith("_floor")
    )


def _validity(model: Model) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (name, render(limits.low, limits.unit, 5), render(limits.high, limits.unit, 5))
        for name, limits in model.validity.items()
    )


def _laws(model: Model) -> tuple[tuple[str, ...], ...]:
    noise, energy = model.noise, model.energy
    laws = (
        ("white noise of the input", noise.white, f"{noise.unit}**2/Hz"),
        ("flicker noise at 1 Hz", noise.flicker, f"{noise.unit}**2/Hz"),
        ("corner of both", noise.corner, "Hz"),
        ("shot noise per output current", noise.shot, "A"),
        ("energy of an event", energy.per_event, "J"),
        ("static power", energy.static_power, "W"),
    )
    return tuple((name, render(value, unit)) for name, value, unit in laws if value)
