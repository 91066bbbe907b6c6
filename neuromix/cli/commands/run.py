"""``neuromix run``: jobs that arrays of characterized cells are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neuromix import units
from neuromix.cli import options, output
from neuromix.cli.progress import reporting
from neuromix.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from neuromix.array.products.product import Product

FORMS = ("digital", "analog", "spiking")

REMARK = (
    "error: rms over rms of the exact product; bits: log2(1/error). Energy is that on the chip, "
    "without wires and drivers; a digital form has published energies of 45 nm, not scaled."
)


def _quantity(of: str) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            return units.parse(text, of=of)
        except BadValue as error:
            raise click.BadParameter(str(error)) from error

    return read


@click.group("run")
def command() -> None:
    """Run a job on an array of characterized cells."""


@command.command("mvm")
@click.option("--size", type=click.IntRange(1), default=128, show_default=True, help="Rows.")
@click.option(
    "--form",
    "forms",
    type=click.Choice([*FORMS, "all"]),
    default="all",
    show_default=True,
    help="Which hardware multiplies.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the die.")
@click.option(
    "--memory-form",
    type=click.Choice(["digital", "analog"]),
    default="digital",
    show_default=True,
    help="Where the analog form has its weights from.",
)
@click.option(
    "--hold",
    type=_quantity("hold"),
    default="0",
    show_default=True,
    help="For how long an analog memory has held them, such as 10ms.",
)
@click.option("--raw", is_flag=True, help="No calibration of the spiking form.")
@click.option(
    "--memory",
    "limit",
    type=_quantity("memory"),
    default=None,
    help="Bytes that the job may take, such as 4G; most of the machine's by default.",
)
@click.option("--threads", type=click.IntRange(1), default=None, help="All cores by default.")
@options.technology()
@options.form
def mvm(
    size: int,
    forms: str,
    seed: int,
    memory_form: str,
    hold: float,
    raw: bool,
    limit: float | None,
    threads: int | None,
    technology: str,
    form: str,
) -> None:
    """Multiply a matrix with a vector: digital, with analog multipliers, with spikes."""
    from neuromix.array.products.job import ProductCells, multiply

    with reporting("multiplying", lines=False) as progress:
        found = multiply(
            size,
            ProductCells.load(technology),
            forms=FORMS if forms == "all" else (forms,),
            seed=seed,
            memory_form=memory_form,
            hold=hold,
            calibrated=not raw,
            limit=limit,
            threads=threads,
            progress=progress,
            announce=_announce,
        )
    output.emit(_report(found, seed), form)


@command.command("layers")
@click.option("--size", type=click.IntRange(1), default=128, show_default=True, help="Rows.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the die.")
@click.option(
    "--bits",
    type=click.IntRange(1, 6),
    multiple=True,
    default=(4, 5, 6),
    show_default=True,
    help="Of converters at the border; may be repeated.",
)
@options.technology()
@options.form
def layers(size: int, seed: int, bits: tuple[int, ...], technology: str, form: str) -> None:
    """Multiply twice with analog multipliers, converted in between or analog all the way."""
    from neuromix.array.products.layers import BorderCells, two_layers
    from neuromix.models.catalogue import model

    cells = BorderCells(model("comparator", technology), model("dac_synapse", technology))
    multiplier = model("gilbert_multiplier", technology)
    with reporting("multiplying", lines=False) as progress:
        found = two_layers(size, multiplier, cells, seed=seed, bits=bits, progress=progress)
    output.emit(_report(found, seed), form)


@command.command("hold")
@click.option("--size", type=click.IntRange(1), default=64, show_default=True, help="Rows.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the die.")
@click.option("--bits", type=float, default=1.0, show_default=True, help="That may be lost.")
@click.option(
    "--line",
    type=_quantity("line"),
    default=None,
    help="Where the writing line waits, V; half the supply by default.",
)
@click.option(
    "--temperature", type=options.celsius, default="27", show_default=True, help="Memory, in °C."
)
@options.technology()
@options.as_json
def hold(
    size: int,
    seed: int,
    bits: float,
    line: float | None,
    temperature: tuple[float, ...],
    technology: str,
    as_json: bool,
) -> None:
    """Find for how long analog memories hold the weights of a product."""
    from neuromix.array.analog_memory import AnalogMemory
    from neuromix.array.products.holding import hold_limit
    from neuromix.array.products.operands import Operands
    from neuromix.models.catalogue import model

    if len(temperature) != 1:
        raise click.BadParameter("one temperature, please", param_hint="--temperature")
    memory = AnalogMemory(
        model("analog_memory", technology), parked=line, temperature=temperature[0]
    )
    multiplier = model("gilbert_multiplier", technology)
    operands = Operands.draw(size, seed)
    with reporting("multiplying", lines=False) as progress:
        found = hold_limit(operands, multiplier, memory, bits=bits, seed=seed, progress=progress)
    if as_json:
        output.print_json(found)
        return
    output.console().print(str(found), soft_wrap=True)


def _announce(seconds: float) -> None:
    """Say on standard error how long the spiking form will take."""
    time = f"{seconds / 60.0:.0f} min" if seconds >= 2.0 * 60.0 else f"{seconds:.2g} s"
    click.echo(f"the spiking form will take this machine about {time}", err=True)


def _report(products: list[Product], seed: int) -> output.Report:
    rows = tuple(
        (
            item.form,
            item.correction,
            f"{item.relative_error:.3g}" if item.relative_error else "0",
            f"{item.effective_bits:.1f}" if item.relative_error else "exact",
            units.render(item.energy_per_mac, "J"),
            units.render(item.duration, "s"),
            units.render(item.seconds, "s"),
        )
        for item in products
    )
    columns = ("form", "correction", "error", "bits", "energy per MAC", "on the chip", "simulated")
    size = products[0].size
    what = "matrix times vector" if products[0].layers == 1 else "matrices, one after the other"
    records = [item.record() for item in products]
    return output.Report(
        (output.Table(f"{size} x {size} {what}, die {seed}", columns, rows),),
        records,
        [
            {"form": item.form, "correction": item.correction, "quantity": name, "value": value}
            for item, record in zip(products, records, strict=True)
            for name, value in record.items()
            if isinstance(value, float)
        ],
        (REMARK,),
    )
