"""Arithmetic of model files: numbers out of ``.param`` statements, without drawing any.

What a foundry draws at random (``agauss`` and its like) counts as zero here: every draw is made
in Python, so that it belongs to an instance and not to the place where ngspice reads a parameter.
"""

from __future__ import annotations

import ast
import functools
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping

from neuromix.errors import TechnologyError

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\s*=(?!=)")
_DRAWS = frozenset({"agauss", "gauss", "aunif", "unif", "limit"})
_FUNCTIONS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "max": max,
    "min": min,
    "sqrt": math.sqrt,
    **dict.fromkeys(_DRAWS, lambda *_: 0.0),
}
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}


def assignments(statement: str) -> tuple[tuple[str, str], ...]:
    """Return the names, lower case, and the values of ``name = value name = value …``."""
    found = list(_ASSIGNMENT.finditer(statement))
    ends = [*(item.start() for item in found[1:]), *([len(statement)] if found else [])]
    return tuple(
        (item[1].lower(), statement[item.end() : end].strip())
        for item, end in zip(found, ends, strict=True)
    )


class Parameters:
    """Parameters of a model file: some of them numbers, the others left to ngspice.

    Parameters
    ----------
    texts : iterable of (str, str) pairs
        Names, lower case, and their expressions; braces and quotes may be around them.
    free : mapping of str to str
        Names that have no number here, and what stands for them in an expression that is left.
    """

    def __init__(self, texts: Iterable[tuple[str, str]], free: Mapping[str, str] = {}) -> None:
        self._texts = dict(texts)
        self._free = dict(free)

    def resolved(self, text: str) -> float | str:
        """Return the number of an expression, or the expression over free names alone.

        Raises
        ------
        TechnologyError
            Where a name is unknown, or the text is no arithmetic.
        """
        return self._value(_parsed(text), text, ())

    def _value(self, node: ast.expr, text: str, above: tuple[str, ...]) -> float | str:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name) if name in self._free:
                return self._free[name]
            case ast.Name(id=name) if name in self._texts and name not in above:
                inner = self._texts[name]
                return self._value(_parsed(inner), inner, (*above, name))
            case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
                value = self._value(operand, text, above)
                if isinstance(value, float):
                    return _UNARY[type(op)](value)
                return f"(-{value})" if isinstance(op, ast.USub) else value
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _joined(op, self._value(left, text, above), self._value(right, text, above))
            case ast.Call(func=ast.Name(id=name), args=given) if name in _DRAWS:
                return 0.0
            case ast.Call(func=ast.Name(id=name), args=given) if name in _FUNCTIONS:
                values = [self._value(item, text, above) for item in given]
                numbers = [item for item in values if isinstance(item, float)]
                if len(numbers) == len(values):
                    return float(_FUNCTIONS[name](*numbers))
                return f"{name}({','.join(map(_written, values))})"
        raise TechnologyError(
            f"the model file computes with {ast.unparse(node)!r}, which has no value",
            [text[:200]],
            "declare its value among the technology's constants",
        )


def _joined(op: ast.operator, left: float | str, right: float | str) -> float | str:
    if isinstance(left, float) and isinstance(right, float):
        return _BINARY[type(op)](left, right)
    # A switch that is off, and what it would let through.
    if (isinstance(op, ast.Mult) and 0.0 in (left, right)) or (
        isinstance(op, ast.Div) and left == 0.0
    ):
        return 0.0
    if isinstance(op, ast.Add) and 0.0 in (left, right):
        return right if left == 0.0 else left
    sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}[type(op)]
    return f"({_written(left)}{sign}{_written(right)})"


def _written(value: float | str) -> str:
    return repr(value) if isinstance(value, float) else value


@functools.lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    plain = text.lower().translate(str.maketrans("{}", "()", "'\""))
    try:
        return ast.parse(plain.strip(), mode="eval").body
    except SyntaxError as error:
        raise TechnologyError(
            f"the model file holds {text[:200]!r}, which is no arithmetic", [str(error)]
        ) from error
