"""``simulate``: one bench of one cell, or a user's own PySpice circuit, to a labelled dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from neuromix import library
from neuromix.characterization.axes import Axes
from neuromix.characterization.labelling import labelled
from neuromix.data.provenance import software
from neuromix.declare import Bench, Cell, Condition, Current, Settings, Sweep
from neuromix.declare.analysis import Analysis
from neuromix.display.progress import Progress, phase, watching
from neuromix.engine.contract import Engine
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.errors import BadValue
from neuromix.netlist.foreign import deck_of_circuit

if TYPE_CHECKING:
    import xarray as xr


def simulate(
    what: Cell | object,
    bench: str | Analysis | None = None,
    technology: str | None = None,
    condition: Condition | None = None,
    *,
    save: Sequence[str] = (),
    settings: Settings | None = None,
    includes: Sequence[Path | str] = (),
    trust: bool = False,
    engine: Engine | None = None,
    progress: Progress | None = None,
    **parameters: ArrayLike,
) -> xr.Dataset:
    """Simulate a cell on a bench, or a PySpice circuit.

    Parameters
    ----------
    what : Cell, str or PySpice Circuit
        What is simulated; a string names a cell.
    bench : str or Analysis
        Name of a bench of the cell; for a circuit the analysis.
    technology : str, optional
        The first that the cell is sized for.
    condition : Condition, optional
        Typical corner, 27 °C, nominal supply.
    save : sequence of str
        Nodes of a circuit to bring back, and ``i(source)``.
    settings : Settings, optional
        Tolerances of a circuit's run.
    includes : sequence of Path or str
        Folders from which a circuit may include files.
    trust : bool
        Lets all statements and includes of a circuit pass; a warning says which they are.
    engine : Engine, optional
        Workers of its own by default, ended afterwards.
    progress : callable, optional
        Told runs done, runs in all, and what is going on; a line in a notebook by default.
    **parameters
        Bench parameters, sizes, bias currents by their port, and ``corner``, ``temperature`` (K)
        and ``supply`` (V) in the place of the condition's. A list or an array sweeps; several of
        them give their product.

    Returns
    -------
    xarray.Dataset
        Waveforms and measures, with what is swept as dimensions: corner, temperature and supply
        first, then the others as they were given. ``description`` of an attribute says more than
        its ``long_name``, with which axes are labelled.
    """
    if isinstance(what, str):
        what = library.cell(what)
    if condition is not None and not isinstance(condition, Condition):
        raise BadValue(
            f"{condition!r} is not a condition", cure='condition=nmx.Condition(corner="ss")'
        )
    if engine is None:
        with NgspiceEngine(workers=2) as own:
            return simulate(
                what,
                bench,
                technology,
                condition,
                save=save,
                settings=settings,
                includes=includes,
                trust=trust,
                engine=own,
                progress=progress,
                **parameters,
            )
    if not isinstance(what, Cell):
        if bench is None or isinstance(bench, str):
            raise BadValue("a circuit needs an analysis", cure="Transient(stop=…, max_step=…)")
        deck = deck_of_circuit(what, bench, save, settings, includes=includes, trust=trust)
        job = Job(deck, keep=(0,))
        outcome = engine.run([job])[0][0]
        return labelled({}, [((), job, outcome)], {})
    if not isinstance(bench, str):
        raise BadValue(
            f"{what.name}: which bench?", cure=" or ".join(item.name for item in what.benches)
        )
    chosen = technology or what.technologies[0]
    return simulate_cell(what, what.bench(bench), chosen, condition, engine, parameters, progress)


def simulate_cell(
    cell: Cell,
    bench: Bench,
    technology_name: str,
    condition: Condition | None,
    engine: Engine,
    parameters: Mapping[str, ArrayLike],
    progress: Progress | None = None,
) -> xr.Dataset:
    """Simulate a cell on a bench, as :func:`simulate` does, with parameters as a mapping."""
    technology = library.technology(technology_name)
    axes = Axes(cell, bench, technology, condition or Condition(), parameters)
    jobs = [axes.job(point, engine) for point in axes.points()]
    with watching(progress) as told:
        what = phase(told, f"{cell.name} on {bench.name}", 0, len(jobs))
        outcomes = [row[0] for row in engine.run(jobs, what)]
    units = {item.name: item.unit for item in bench.measures}
    if isinstance(bench.analysis, Sweep):
        swept_port = bench.analysis.ports[0][0]
        by_current = any(d.port == swept_port and isinstance(d, Current) for d in bench.drives)
        units["sweep"] = "A" if by_current else "V"
    dataset = labelled(axes.swept, list(zip(axes.points(), jobs, outcomes, strict=True)), units)
    for name in axes.swept:
        dataset.coords[name].attrs = axes.described(name)
    for measure in bench.measures:
        if measure.name in dataset:
            dataset[measure.name].attrs = {
                "units": measure.unit,
                "long_name": measure.name.replace("_", " "),
                "description": measure.meaning,
            }
    for port in cell.ports:
        if port.name in dataset:
            dataset[port.name].attrs["description"] = port.meaning
    dataset.attrs |= {
        "cell": cell.name,
        "bench": bench.name,
        "technology": technology.name,
        "models": jobs[0].deck.models,
        "deck": jobs[0].deck.key,
        **axes.fixed_condition(),
        "settings": repr(bench.settings),
        **software(),
    }
    return dataset
