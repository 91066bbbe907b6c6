"""Which transistor makes which share of the spread."""

from __future__ import annotations

from neuromix import plot
from neuromix.characterization.budget import (
    FEWEST_DRAWS,
    Budget,
    campaign_draws,
    variance_budget,
)
from neuromix.characterization.datasheet.content import Picture, Section, Table
from neuromix.characterization.datasheet.evidence import Evidence, Quantity

NAME, TITLE = "budget", "Mismatch by device"

OTHER = "others and rest"
LEAST_SHARE = 0.03
MOST_COLUMNS = 8


def section(evidence: Evidence) -> Section:
    """Return the shares of the devices in the variance of each measure."""
    if evidence.samples < FEWEST_DRAWS:
        why = (
            f"The campaign has {evidence.samples} draws; from {FEWEST_DRAWS} on they tell which "
            "device makes which share."
        )
        return Section.absent(NAME, TITLE, why)
    if evidence.stale:
        why = (
            "Netlist, sizes or technology have changed since the campaign, so its draws cannot be "
            "made again."
        )
        return Section.absent(NAME, TITLE, why)
    draws = campaign_draws(
        evidence.cell,
        evidence.technology,
        evidence.samples,
        int(evidence.data.attrs["seed"]),
    )
    found: list[tuple[Quantity, Budget]] = []
    for item in list(evidence.drawn())[:MOST_COLUMNS]:
        budget = variance_budget(evidence.draws_of(item), draws)
        if budget is not None:
            found.append((item, budget))
    if not found:
        return Section.absent(NAME, TITLE, "No measure varies over enough draws for a budget.")
    single = found[0][1].single
    how = (
        "Least squares on the threshold and the mobility of every transistor"
        if single
        else "Too few draws for each transistor alone: devices whose names differ only in their "
        "number are one group, and shares come from the maximum likelihood of variances of groups"
    )
    picture = Picture(
        plot.svg(plot.stacked_shares([_bar(*item) for item in found], OTHER), NAME),
        "share of each device in the variance",
        f"{how}; {evidence.samples} draws, {evidence.condition}. Variance of the logarithm for "
        f"quantities of one sign. Stimuli: "
        f"{', '.join(f'{item.words} at {item.stimulus}' for item, _ in found)}.",
    )
    return Section(NAME, TITLE, (picture, _table(found)))


def _bar(item: Quantity, budget: Budget) -> tuple[str, list[tuple[str, float]]]:
    large = [(s.devices, s.share) for s in budget.shares if s.share >= LEAST_SHARE]
    return item.words, [*large, (OTHER, 1.0 - sum(share for _, share in large))]


def _table(found: list[tuple[Quantity, Budget]]) -> Table:
    names: dict[str, float] = {}
    counts: dict[str, int] = {}
    cells: dict[tuple[str, str], str] = {}
    for item, budget in found:
        for share in budget.shares:
            names[share.devices] = max(names.get(share.devices, 0.0), share.share)
            counts[share.devices] = share.count
            text = f"{100.0 * share.share:.1f} ± {100.0 * share.standard_error:.1f} %"
            cells[share.devices, item.name] = text.replace("-", "−")
    rows = [
        (
            f"{name} ×{counts[name]}" if counts[name] > 1 else name,
            *(cells[name, item.name] for item, _ in found),
        )
        for name in sorted(names, key=lambda key: -names[key])
        if names[name] >= 0.1 * LEAST_SHARE
    ]
    rest = ("not linear in the draws", *(f"{100.0 * b.rest:.1f} %" for _, b in found))
    return Table(
        ("device", *(item.words for item, _ in found)),
        [*rows, rest],
        "Share of the variance, threshold and mobility together, ± standard error. Devices below "
        f"{10.0 * LEAST_SHARE:.1g} % in every column are left out. A share can come out below zero "
        "where it is zero.",
    )
