"""Numbers and arithmetic of other tools' netlists: ``500fF``, ``'0.18/W'``, ``{2*wn}``.

Evaluated by a small grammar of its own; nothing is handed to Python's ``eval``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([A-Za-zµμΩ]*)")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[A-Za-zµμΩ]*)"
    r"|(?P<name>[A-Za-z_]\w*)|(?P<operator>\*\*|<=|>=|==|!=|&&|\|\||[-+*/^(),?:<>]))"
)
_PREFIXES = {
    "t": 1e12,
    "g": 1e9,
    "meg": 1e6,
    "x": 1e6,
    "k": 1e3,
    "mil": 25.4e-6,
    "m": 1e-3,
    "u": 1e-6,
    "µ": 1e-6,
    "μ": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
    "a": 1e-18,
}
_FUNCTIONS: Mapping[str, Callable[..., float]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "ln": math.log,
    "log10": math.log10,
    "abs": abs,
    "min": min,
    "max": max,
    "pow": math.pow,
    "pwr": math.pow,
    "int": math.trunc,
    "floor": math.floor,
    "ceil": math.ceil,
    "sgn": lambda x: math.copysign(x != 0, x),
}
_BINARY: Mapping[str, tuple[int, Callable[[float, float], float]]] = {
    "||": (1, lambda a, b: float(bool(a) or bool(b))),
    "&&": (2, lambda a, b: float(bool(a) and bool(b))),
    "==": (3, lambda a, b: float(a == b)),
    "!=": (3, lambda a, b: float(a != b)),
    "<": (4, lambda a, b: float(a < b)),
    ">": (4, lambda a, b: float(a > b)),
    "<=": (4, lambda a, b: float(a <= b)),
    ">=": (4, lambda a, b: float(a >= b)),
    "+": (5, lambda a, b: a + b),
    "-": (5, lambda a, b: a - b),
    "*": (6, lambda a, b: a * b),
    "/": (6, lambda a, b: a / b),
    "**": (8, math.pow),
    "^": (8, math.pow),
}
_SIGN = 7
_DEEPEST = 40
_MOST_TOKENS = 400


class NoNumber(ValueError):
    """A text that has no value; the message says why."""


def spice_number(text: str) -> float:
    """Return a number as SPICE reads it: a prefix without case, then letters that mean nothing.

    Raises
    ------
    NoNumber
        Where it is none.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        raise NoNumber(f"{text!r} is no number")
    letters = found[2].lower()
    prefix = next((p for p in ("meg", "mil") if letters.startswith(p)), letters[:1])
    return float(found[1]) * _PREFIXES.get(prefix, 1.0)


def plain(value: float) -> str:
    """Return a value as a netlist has it: twelve digits, so that 90n stays 9e-08."""
    return f"{value:.12g}"


@dataclass(frozen=True)
class Scope:
    """Parameters by name, lower case, as they are written; those of the outer scope behind them."""

    texts: Mapping[str, str]
    outer: Scope | None = None
    _active: set[str] = field(default_factory=set)

    def inner(self, texts: Mapping[str, str]) -> Scope:
        """Return a scope in which these names come first."""
        return Scope(texts, self)

    def value(self, name: str) -> float:
        """Return the value of a parameter.

        Raises
        ------
        NoNumber
            Where there is none, or it depends on itself.
        """
        if name not in self.texts:
            if self.outer is None:
                raise NoNumber(f"the parameter {name!r} has no value")
            return self.outer.value(name)
        if name in self._active:
            # A call such as w=w hands on the value that the name has outside.
            if self.outer is not None:
                return self.outer.value(name)
            raise NoNumber(f"the parameter {name!r} depends on itself")
        self._active.add(name)
        try:
            return self.evaluated(self.texts[name])
        finally:
            self._active.discard(name)

    def evaluated(self, text: str) -> float:
        """Return the value of an expression, with or without its quotes or braces.

        Raises
        ------
        NoNumber
            Where it has none.
        """
        inner = unquoted(text)
        try:
            return spice_number(inner)
        except NoNumber:
            pass
        try:
            value = _Reader(inner, self).result()
        except (ArithmeticError, ValueError, TypeError) as error:
            reason = str(error) if isinstance(error, NoNumber) else "cannot be computed"
            raise NoNumber(f"{text!r}: {reason}") from error
        if not math.isfinite(value):
            raise NoNumber(f"{text!r} is not finite")
        return value


def unquoted(text: str) -> str:
    """Return an expression without its quotes or braces."""
    inner = text.strip()
    while len(inner) > 1 and (inner[0], inner[-1]) in {("'", "'"), ('"', '"'), ("{", "}")}:
        inner = inner[1:-1].strip()
    return inner


class _Reader:
    """Reads one expression by precedence."""

    def __init__(self, text: str, scope: Scope) -> None:
        self._scope = scope
        self._tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text.rstrip()):
            found = _TOKEN.match(text, position)
            if found is None or len(self._tokens) == _MOST_TOKENS:
                raise NoNumber(f"cannot be read from {text[position : position + 20]!r} on")
            kind = str(found.lastgroup)
            self._tokens.append((kind, found[kind]))
            position = found.end()
        self._tokens.reverse()
        self._depth = 0

    def result(self) -> float:
        value = self._choice()
        if self._tokens:
            raise NoNumber(f"{self._tokens[-1][1]!r} is not expected")
        return value

    def _peek(self) -> str:
        return self._tokens[-1][1] if self._tokens else ""

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise NoNumber("ends too early")
        return self._tokens.pop()

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise NoNumber(f"{text!r} is missing")

    def _choice(self) -> float:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NoNumber("is nested too deeply")
        value = self._binary(0)
        if self._peek() == "?":
            self._next()
            yes = self._choice()
            self._expect(":")
            no = self._choice()
            value = yes if value else no
        self._depth -= 1
        return value

    def _binary(self, least: int) -> float:
        value = self._unary()
        while (known := _BINARY.get(self._peek())) is not None and known[0] > least:
            self._next()
            # Powers associate to the right.
            value = known[1](value, self._binary(known[0] - (known[1] is math.pow)))
        return value

    def _unary(self) -> float:
        kind, text = self._next()
        if kind == "number":
            return spice_number(text)
        if text in {"-", "+"}:
            self._depth += 1
            if self._depth > _DEEPEST:
                raise NoNumber("is nested too deeply")
            value = self._binary(_SIGN)
            self._depth -= 1
            return -value if text == "-" else value
        if text == "(":
            value = self._choice()
            self._expect(")")
            return value
        if kind == "name" and self._peek() == "(":
            return self._call(text.lower())
        if kind == "name":
            return self._scope.value(text.lower())
        raise NoNumber(f"{text!r} is not expected")

    def _call(self, name: str) -> float:
        if name not in _FUNCTIONS:
            raise NoNumber(f"the function {name!r} is not known")
        self._expect("(")
        arguments = [self._choice()]
        while self._peek() == ",":
            self._next()
            arguments.append(self._choice())
        self._expect(")")
        return float(_FUNCTIONS[name](*arguments))
