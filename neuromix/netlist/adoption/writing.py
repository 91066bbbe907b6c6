"""The two files of a cell, and those of its technology: values by ``repr``, names checked.

Nothing of the netlist becomes code: words that it chose stand in the declarations only as string
literals, and in the netlist only as names made of letters, digits and underscores.
"""

from __future__ import annotations

import hashlib
import keyword
import re
from collections.abc import Iterable, Mapping, Sequence

from neuromix.errors import BadValue
from neuromix.netlist.adoption.cards import Card
from neuromix.netlist.adoption.parts import Flat, Start
from neuromix.netlist.adoption.roles import Guess

MATCHING_PER_OXIDE = 1.0
"""V·m per m of oxide, 1 mV·µm per nm (Pelgrom, Tuinhout and Vertregt 1998, IEDM)."""

MATCHING_OF_GAIN = 0.01e-6
"""1 %·µm of the gain factor (Kinget 2005, JSSC 40), m."""

DIFFUSION_PER_LENGTH = 2.5
"""Length of a source or drain diffusion in shortest channels: contact and two spacings."""

_OXIDE_OF_LEVEL_1 = 1e-7
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_RESERVED = {"con", "nul", "aux", "prn", "cell", "technology"}


def check_name(name: str, of: str) -> str:
    """Return a name that may be that of a file and of a subcircuit.

    Raises
    ------
    BadValue
        Where it may not.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name in _RESERVED or len(name) > 60:
        raise BadValue(
            f"{of}: {name[:80]!r} is no name of a file and of a subcircuit",
            cure="lower-case letters, digits and underscores, such as --name my_neuron",
        )
    return name


def proposed_name(text: str) -> str:
    """Return the nearest name that :func:`check_name` takes."""
    plain = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_")[:60]
    return plain if _NAME.fullmatch(plain) else f"m_{plain}"


def netlist_text(name: str, flat: Flat, origin: str) -> str:
    """Return the ``.cir`` of a cell."""
    lines = [
        f"* {name}: adopted by `neuromix new-cell` from {_shown(origin)}; edit it as you like",
        f".subckt {name} {' '.join(flat.ports)}",
        *(part.line() for part in flat.parts),
        f".ends {name}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _shown(text: str) -> str:
    """Return text for a comment of SPICE: one line, nothing but printable ASCII."""
    return re.sub(r"[^ -~]", "?", text)[:80]


def _literal(value: object) -> str:
    """Return the ``repr`` of a value; of plain text with the quotes that formatters prefer."""
    text = repr(value)
    plain = isinstance(value, str) and text[0] == "'" and '"' not in text and "\\" not in text
    return f'"{text[1:-1]}"' if plain else text


def _call(name: str, *values: object) -> str:
    """Return the call of a constructor on literals."""
    return f"{name}({', '.join(map(_literal, values))})"


def _rows(indent: int, rows: Iterable[str]) -> str:
    return "".join(f"{' ' * indent}{row},\n" for row in rows)


def starts_of(flat: Flat, roles: Sequence[Guess]) -> tuple[dict[str, float], list[str]]:
    """Return the voltages that nodes start at, V, and remarks on what cannot be said so."""
    ground = {"0", *(guess.port for guess in roles if guess.role == "ground")}
    found: dict[str, float] = {}
    remarks = []
    for start in flat.starts:
        node, voltage = _against_ground(start, ground)
        if node:
            found[node] = voltage
        else:
            remarks.append(f"{start.where}: the start of a floating capacitor is left out")
    return found, remarks


def _against_ground(start: Start, ground: set[str]) -> tuple[str, float]:
    if start.second in ground and start.first not in ground:
        return start.first, start.voltage
    if start.first in ground and start.second not in ground:
        return start.second, -start.voltage
    return "", 0.0


def declaration_text(
    name: str,
    flat: Flat,
    roles: Sequence[Guess],
    technology: str,
    supply: float,
    devices: str,
    origin: str,
) -> str:
    """Return the ``.py`` of a cell: ports, sizes, a bench at rest and one over time."""
    initial, _ = starts_of(flat, roles)
    inputs = [guess for guess in roles if guess.role == "input"]
    drives, parameters = [], []
    for guess in inputs:
        letter, kind, value, unit = (
            ("i", "Current", 1e-9, "A") if guess.by_current else ("v", "Voltage", supply / 2, "V")
        )
        port = guess.port
        parameter = port if port.startswith(f"{letter}_") else f"{letter}_{port}"
        drives.append(f"{kind}({_literal(port)}, {_call('Constant', parameter)})")
        parameters.append(_call("Parameter", parameter, value, unit, f"at {port}"))
    watched = [guess.port for guess in roles if guess.role in {"output", "state"}]
    kept = watched + [f"i({guess.port})" for guess in roles if guess.role == "supply"]
    measures = [
        f'Measure({_literal(f"{port}_final")}, "final", "V", (("of", {_literal(port)}),), '
        f"{_literal(f'voltage of {port}')})"
        for port in watched
    ]
    biases = [
        _call("Bias", guess.port, guess.current, "a guess: set what your cell needs")
        for guess in roles
        if guess.role == "bias"
    ]
    ports = [_call("Port", guess.port, guess.role, _meaning(guess, flat)) for guess in roles]
    sizes = [_call("", *pair) for pair in flat.sizes.items()]
    starts = [_call("", *pair) for pair in initial.items()]
    names = ["Bench", "Bias", "Cell", "Constant", "Current", "Measure", "OperatingPoint"]
    names += ["Parameter", "Port", "Realisation", "Transient", "Voltage"]
    body = f'''"""A cell adopted by `neuromix new-cell`; every value here is yours to edit."""

from neuromix.declare import (
{_rows(4, (item for item in names if _used(item, drives, measures, biases))).rstrip()}
)

DRIVES = (
{_rows(4, drives)})
PARAMETERS = (
{_rows(4, parameters)})
MEASURES = (
{_rows(4, measures)})
KEPT = (
{_rows(4, map(_literal, kept))})

cell = Cell(
    name={_literal(name)},
    summary={_literal(f"adopted from {origin}")},
    ports=(
{_rows(8, ports)}    ),
    realisations=(
        Realisation(
            technology={_literal(technology)},
            sizes=(
{_rows(16, sizes)}            ),
            biases=(
{_rows(16, biases)}            ),
            supply={supply!r},
        ),
    ),
    benches=(
        Bench(
            name="rest",
            summary="operating point under constant inputs",
            drives=DRIVES,
            analysis=OperatingPoint(),
            parameters=PARAMETERS,
            measures=MEASURES,
            keep=KEPT,
        ),
        Bench(
            name="course",
            summary="over time, under constant inputs, from the voltages at the start",
            drives=DRIVES,
            analysis=Transient(stop="duration", max_step="max_step"),
            parameters=(
                *PARAMETERS,
                Parameter("duration", 1e-5, "s", "simulated time", 1e-12, 10.0),
                Parameter("max_step", 1e-8, "s", "largest step of the simulator", 1e-15, 1.0),
            ),
            measures=MEASURES,
            keep=KEPT,
            initial=(
{_rows(16, starts)}            ),
        ),
    ),
    devices={_literal(devices)},
)
'''
    return re.sub(r"\(\n\s*\)", "()", body)


def _used(name: str, drives: list[str], measures: list[str], biases: list[str]) -> bool:
    """Tell whether a declaration needs an import; most are needed always."""
    texts = {"Bias": biases, "Measure": measures, "Constant": drives}
    if name in texts:
        return bool(texts[name])
    if name in {"Current", "Voltage"}:
        return any(drive.startswith(name) for drive in drives)
    return True


def _meaning(guess: Guess, flat: Flat) -> str:
    spelled = flat.spelled.get(guess.port)
    return f"{guess.role} ({guess.reason})" + (f"; {spelled!r} in the netlist" if spelled else "")


def technology_text(
    name: str,
    cards: Sequence[Card],
    models: Mapping[str, str],
    content: bytes,
    flat: Flat,
    supply: float,
) -> str:
    """Return the declaration of a technology made of a designer's own cards.

    Parameters
    ----------
    name : str
        Also of its files.
    cards : sequence of Card
        All of them.
    models : mapping of str to str
        ``nfet`` and ``pfet``, and the model that each of them is.
    content : bytes
        The model file, whose hash is the identity of the models in every result.
    flat : Flat
        The cell, whose shortest channel says how fine the technology is.
    supply : float
        V.
    """
    shortest = min(
        (float(t) for p in flat.parts for k, t in p.values if k == "l" and not t.startswith("{")),
        default=min((v for k, v in flat.sizes.items() if k.startswith("l")), default=1e-6),
    )
    diffusion = float(f"{DIFFUSION_PER_LENGTH * shortest:.3g}")
    devices = [
        f"Device({_literal(neutral)}, {_literal(model)}, {diffusion!r}, "
        f"MismatchLaw(OF_A_PAIR * {_matching(cards, model)!r}, OF_A_PAIR * {MATCHING_OF_GAIN!r},"
        " 0.0, 0.0))"
        for neutral, model in models.items()
    ]
    sections = list(dict.fromkeys(card.section for card in cards))
    corners = [
        f"({_literal('tt' if len(sections) == 1 else section)}, ({_literal(section)},))"
        for section in sections
    ]
    lengths = f"{DIFFUSION_PER_LENGTH:g}"
    sha256 = hashlib.sha256(content).hexdigest()
    return f'''"""A technology of a designer's own model cards, adopted by `neuromix new-cell`.

The cards say nothing about local mismatch. Until you measure it or know better: the threshold by
1 mV·µm per nanometre of oxide (Pelgrom, Tuinhout and Vertregt 1998), 1 %·µm of the gain factor
(Kinget 2005). A diffusion is as long as {lengths} of the adopted cell's shortest channels.
"""

from neuromix.declare import Device, IncludedModelSet, MismatchLaw, Technology

# A matching coefficient is the spread of a pair's difference; each of the two has 1/sqrt(2) of it.
OF_A_PAIR = 0.7071

technology = Technology(
    name={_literal(name)},
    summary="model cards of a designer's own",
    devices=(
{_rows(8, devices)}    ),
    corners=(
{_rows(8, corners)}    ),
    constants=(),
    supply={supply!r},
    temperature=(233.15, 398.15),
    model_set=IncludedModelSet(
        file={_literal(f"{name}.lib")},
        sha256={_literal(sha256)},
        licence="NOASSERTION",
    ),
)
'''


def _matching(cards: Sequence[Card], model: str) -> float:
    """Return the matching coefficient of the threshold, V·m, by the rule of the oxide."""
    card = next(card for card in cards if card.model == model)
    values = dict(card.values)
    oxide = float(values.get("toxe") or values.get("tox") or _OXIDE_OF_LEVEL_1)
    return float(f"{MATCHING_PER_OXIDE * oxide:.4g}")
