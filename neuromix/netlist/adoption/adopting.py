"""From a designer's netlist to the files of a cell, all in memory; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from neuromix import library
from neuromix.declare import IncludedModelSet, Technology
from neuromix.errors import BadValue, NetlistError
from neuromix.netlist.adoption.cards import Card, cards_of, model_file, read_cards
from neuromix.netlist.adoption.flattening import flatten
from neuromix.netlist.adoption.parts import Flat
from neuromix.netlist.adoption.roles import Guess, guess_roles
from neuromix.netlist.adoption.source import ASSIGNMENT, Block, Source, read_source
from neuromix.netlist.adoption.writing import (
    check_name,
    declaration_text,
    netlist_text,
    proposed_name,
    starts_of,
    technology_text,
)
from neuromix.netlist.checking import check_devices, check_nodes
from neuromix.netlist.parsing import parse_subcircuit

NEUTRAL = {"nfet": "nfet", "pfet": "pfet"}
DEFAULT_SUPPLY = 1.8
"""V; for own model cards, which do not say how much they stand."""

DEFAULT_TECHNOLOGY = "gf180mcu"
"""For netlists over neutral devices."""


@dataclass(frozen=True)
class Wanted:
    """What the user asks for beside the netlist; see ``neuromix new-cell --help``."""

    name: str | None = None
    subcircuit: str | None = None
    technology: str | None = None
    models: Path | None = None
    devices: Mapping[str, str] | None = None
    supply: float | None = None
    roots: Sequence[Path] = ()
    trust: bool = False


@dataclass(frozen=True)
class Devices:
    """What a netlist's transistors are: technology, names in the cell, neutral devices, cards."""

    technology: str
    supply: float
    written: Mapping[str, str]
    neutral: Mapping[str, str]
    cards: Sequence[Card] = ()


@dataclass(frozen=True)
class Adoption:
    """A cell that is ready to be written.

    Parameters
    ----------
    name, technology : str
        Of the cell, and of what it is declared for.
    roles : tuple of Guess
        Of its ports.
    remarks : tuple of str
        What was computed, left out or guessed.
    aside : tuple of str
        Statements of the file that are not part of the cell.
    trusted : tuple of str
        Files outside of the declared folders that were read because they are trusted.
    """

    name: str
    technology: str
    roles: tuple[Guess, ...]
    remarks: tuple[str, ...]
    aside: tuple[str, ...]
    trusted: tuple[str, ...]
    _flat: Flat
    _devices: Devices
    _origin: str
    _directions: Mapping[str, str]

    def with_roles(self, roles: Mapping[str, str]) -> Adoption:
        """Return the same cell with what the user says of its ports."""
        neutral = self._devices.neutral
        guesses = guess_roles(self._flat, neutral, self._directions, roles)
        return replace(self, roles=guesses)

    def files(self) -> dict[str, bytes]:
        """Return all files by their path in a library; the declaration of the cell is the last."""
        flat, devices = self._flat, self._devices
        native = any(part.device and part.device not in NEUTRAL for part in flat.parts)
        found = {f"netlists/{self.name}.cir": netlist_text(self.name, flat, self._origin)}
        if devices.cards:
            content = model_file(devices.cards, self.technology)
            found[f"netlists/{self.technology}.lib"] = content
            found[f"circuits/{self.technology}.py"] = technology_text(
                self.technology,
                devices.cards,
                {neutral: model for model, neutral in devices.neutral.items()},
                content.encode(),
                flat,
                devices.supply,
            )
        found[f"circuits/{self.name}.py"] = declaration_text(
            self.name,
            flat,
            self.roles,
            self.technology,
            devices.supply,
            "native" if native else "neutral",
            self._origin,
        )
        return {path: text.encode() for path, text in found.items()}


def adopt(path: Path, wanted: Wanted) -> Adoption:
    """Read a netlist and make a cell of one of its subcircuits.

    Raises
    ------
    NetlistError
        Where the subcircuit has statements that have no place in a cell; all of them are listed.
    BadValue, UnknownName
        Where a name cannot be one, or there are several subcircuits.
    """
    source = read_source(path, wanted.roots, anywhere=wanted.trust)
    chosen = wanted.subcircuit or (wanted.name if wanted.name in source.blocks else None)
    block = source.block(chosen)
    name = check_name(wanted.name or proposed_name(block.name), "--name")
    devices = _devices(source, block, wanted, name)
    flat = flatten(source, block, devices.written)
    if devices.cards:
        devices = _in_use(devices, flat)
    roles = guess_roles(flat, devices.neutral, source.directions)
    text = netlist_text(name, flat, path.name)
    subcircuit = parse_subcircuit(text, f"{name}.cir", devices.neutral)
    check_devices(subcircuit)
    check_nodes(subcircuit)
    remarks = [*flat.remarks, *starts_of(flat, roles)[1]]
    if wanted.supply is None:
        remarks.append(f"the supply is taken to be {devices.supply:g} V: --supply")
    return Adoption(
        name,
        devices.technology,
        roles,
        tuple(dict.fromkeys(remarks)),
        tuple(map(str, source.aside)),
        tuple(map(str, source.trusted)),
        flat,
        devices,
        path.name,
        source.directions,
    )


def _mentioned(source: Source) -> set[str]:
    """Return the last words of all statements that may be transistors."""
    statements = (item for block in source.blocks.values() for item in block.statements)
    words = (ASSIGNMENT.sub("", i.text).split() for i in statements if i.text[0] in "mMxX")
    return {found[-1].lower() for found in words if found} - set(source.blocks)


def _devices(source: Source, block: Block, wanted: Wanted, name: str) -> Devices:
    mentioned = _mentioned(source)
    aliases = {model.lower(): neutral for model, neutral in (wanted.devices or {}).items()}
    cards = read_cards(wanted.models, wanted.roots, anywhere=wanted.trust) if wanted.models else []
    if not cards and wanted.technology is None and not aliases:
        inline = cards_of(source.cards)
        if {card.model for card in inline} & mentioned:
            cards = inline
    if cards:
        stem = wanted.models.stem if wanted.models else f"{name}_models"
        technology = check_name(wanted.technology or proposed_name(stem), "--technology")
        kinds = {card.model: card.neutral for card in cards}
        supply = wanted.supply or DEFAULT_SUPPLY
        return Devices(technology, supply, {item: item for item in kinds}, kinds, cards)
    known = {item: library.technology(item) for item in library.names_of(Technology)}
    if wanted.technology is not None:
        found = library.technology(wanted.technology)
    else:
        fitting = [item for item in known.values() if mentioned & set(_native(item))]
        known_otherwise = mentioned & {*aliases, *NEUTRAL}
        unknown = mentioned - {"cap", "res"}
        if not fitting and not known_otherwise and unknown:
            raise NetlistError(
                f"{block.where}: no technology has the transistors of this netlist",
                [
                    f"it has {', '.join(sorted(unknown))}",
                    *(f"{item.name} has {', '.join(_native(item))}" for item in known.values()),
                    *source.not_read(),
                ],
                f"--models FILE with their cards, or --device {min(unknown)}=nfet -t gf180mcu",
            )
        found = fitting[0] if fitting else known[DEFAULT_TECHNOLOGY]
    native = _native(found)
    models = {neutral: model for model, neutral in native.items()}
    for model, neutral in aliases.items():
        if neutral not in models:
            raise BadValue(
                f"--device {model}={neutral}: no device of {found.name}", cure=" or ".join(models)
            )
    written = {model: model for model in native} | NEUTRAL
    written |= {model: models[neutral] for model, neutral in aliases.items()}
    supply = wanted.supply or found.supply
    return Devices(found.name, supply, written, {**NEUTRAL, **native})


def _native(technology: Technology) -> dict[str, str]:
    """Return the models of a technology, lower case, and which neutral devices they are."""
    return {device.model.lower(): device.neutral for device in technology.devices}


def _in_use(devices: Devices, flat: Flat) -> Devices:
    """Keep the cards that the cell uses: a technology has one model of each neutral device."""
    used = {part.device for part in flat.parts if part.device}
    neutral = {model: devices.neutral[model] for model in sorted(used)}
    for kind in NEUTRAL:
        several = [model for model, item in neutral.items() if item == kind]
        if len(several) > 1:
            raise NetlistError(
                f"the cell has transistors of several models of {kind}",
                [", ".join(several)],
                "one model of each kind in a cell; split the cell, or rename in the netlist",
            )
    cards = [card for card in devices.cards if card.model in used]
    return replace(devices, neutral=neutral, cards=cards)


def existing_technology(adoption: Adoption) -> bool:
    """Tell whether the technology of own cards is declared already, with the same cards.

    Raises
    ------
    BadValue
        Where one of that name has other cards.
    """
    if adoption.technology not in library.names_of(Technology):
        return False
    found = library.technology(adoption.technology)
    content = adoption.files().get(f"netlists/{adoption.technology}.lib", b"")
    same = (
        isinstance(found.model_set, IncludedModelSet)
        and library.model_set_file(found.model_set.file).read_bytes() == content
    )
    if not same:
        raise BadValue(
            f"a technology {adoption.technology!r} with other models is declared already",
            [str(library.declaration_file(adoption.technology))],
            "--technology NAME, another name for these cards",
        )
    return True
