"""What a compiled function is: a hash over its code and all that the compiler reads besides.

A function is its byte code, constants, defaults and closure, and the values that its global names
have: other functions, whose fingerprints are part of its own, numbers, arrays, types. Where it
stands in its file does not count, nor do comments. Of what comes from the standard library and from
the compiler's own packages names are enough, since their versions are part of every key.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
from numba.core import types
from numba.core.caching import NullCache
from numba.core.dispatcher import Dispatcher
from numba.extending import _Intrinsic

VERSIONED = frozenset({"numba", "llvmlite", "numpy"}) | sys.stdlib_module_names
"""Packages of which a name says all."""

PLAIN = (type(None), bool, int, float, complex, str, bytes, type(Ellipsis))


class Unknown(Exception):
    """Something of which nobody can say whether it is the same in another process."""


class Kept(NullCache):  # type: ignore[misc]
    """Base of what marks a function whose machine code is kept."""


def fingerprint(function: Any) -> str:
    """Return the SHA-256 of a compiled or plain function, in hexadecimal digits.

    Raises
    ------
    Unknown
        Where it refers to something that has no lasting description.
    TypeError
        Where it calls a function whose machine code is kept by itself, and cannot be inlined.
    """
    return hashlib.sha256("\n".join(_Walk().described(function)).encode()).hexdigest()


def signature_text(arguments: Iterable[types.Type]) -> str:
    """Return argument types as text, with the fields of named tuples, which their names leave out.

    Raises
    ------
    Unknown
        Where an argument is a function.
    """
    return "; ".join(_type_text(item) for item in arguments)


def _type_text(kind: types.Type) -> str:
    if isinstance(kind, (types.Dispatcher, types.FunctionType)):
        raise Unknown(f"{kind}: a function as an argument")
    inner = [_type_text(item) for item in getattr(kind, "types", ())]
    return f"{kind} {getattr(kind, 'fields', '')} {inner}"


class _Walk:
    """One walk through all that a function refers to."""

    def __init__(self) -> None:
        self.seen: dict[int, int] = {}
        self.kept_alive: list[Any] = []

    def described(self, value: Any) -> list[str]:
        """Return lines that say what a value is."""
        if isinstance(value, PLAIN):
            return [f"{type(value).__name__} {value!r}"]
        if isinstance(value, np.dtype) and not value.hasobject:
            return [f"dtype {value.descr if value.names else value.str}"]
        if isinstance(value, np.generic):
            return [f"{value.dtype} {value!r}"]
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            digest = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
            return [f"array {value.dtype} {value.shape} {digest}"]
        if id(value) in self.seen:
            return [f"again {self.seen[id(value)]}"]
        self.seen[id(value)] = len(self.seen)
        self.kept_alive.append(value)
        if isinstance(value, (tuple, list)):
            return [type(value).__name__, *self._all(value), "end"]
        if isinstance(value, dict):
            return ["dict", *self._all([*value.keys(), *value.values()]), "end"]
        if isinstance(value, (set, frozenset)):
            return [f"set {sorted(map(repr, value))}"]
        return self._named(value)

    def _all(self, values: Iterable[Any]) -> list[str]:
        return [line for item in values for line in self.described(item)]

    def _named(self, value: Any) -> list[str]:
        if isinstance(value, Dispatcher):
            if isinstance(getattr(value, "_cache", None), Kept) and len(self.seen) > 1:
                raise TypeError(f"{value.py_func.__qualname__} is kept: call what it is made of")
            return ["compiled", *self.described(value.targetoptions), *self._named(value.py_func)]
        if isinstance(value, _Intrinsic):
            return ["intrinsic", *self.described(value._defn)]
        if isinstance(value, CodeType):
            return self._code(value)
        if isinstance(value, types.Type):
            return [f"type {_type_text(value)}"]
        module = str(getattr(value, "__module__", None) or getattr(value, "__name__", ""))
        versioned = module.partition(".")[0] in VERSIONED
        if isinstance(value, ModuleType):
            return [f"module {value.__name__}"]
        if isinstance(value, (type, BuiltinFunctionType, np.ufunc)) or versioned:
            name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None)
            if name is None:
                raise Unknown(f"{type(value).__name__} of {module}")
            return [f"named {module}.{name} {getattr(value, '_fields', '')}"]
        wrapped = getattr(value, "__wrapped__", value)
        if isinstance(wrapped, FunctionType):
            return self._function(wrapped)
        raise Unknown(f"{type(value).__name__} of {module}")

    def _function(self, function: FunctionType) -> list[str]:
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        given = [function.__defaults__, function.__kwdefaults__, cells]
        names = sorted(set(_names(function.__code__)))
        lines = ["function", *self._code(function.__code__), *self._all(given)]
        for name in names:
            if name in function.__globals__:
                value = function.__globals__[name]
                lines += [name, *self.described(value)]
                if isinstance(value, ModuleType):
                    lines += self._attributes(value, names)
        return lines

    def _attributes(self, module: ModuleType, names: list[str]) -> list[str]:
        """Return what a module has under any of the names that occur; too much does not harm."""
        if module.__name__.partition(".")[0] in VERSIONED:
            return []
        return [
            line
            for name in names
            if hasattr(module, name)
            for line in (name, *self.described(getattr(module, name)))
        ]

    def _code(self, code: CodeType) -> list[str]:
        shape = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
        names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
        return [f"{code.co_code.hex()} {shape} {names}", *self._all(code.co_consts)]


def _names(code: CodeType) -> list[str]:
    """Return all names of a code and of those inside of it."""
    inner = [name for item in code.co_consts if isinstance(item, CodeType) for name in _names(item)]
    return [*code.co_names, *inner]
