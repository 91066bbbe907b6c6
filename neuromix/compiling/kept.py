"""The decorator of kernels that Python calls: compiled once a machine, not once a process.

Machine code is kept in a folder of the user's, under a key of all that it depends on: the code of
the kernel and of all that it calls (:mod:`neuromix.compiling.fingerprint`), the types of its
arguments, the versions of the compiler, and the processor. numba's own cache knows a kernel by its
file alone, so that it keeps what calls a changed function of another file, and misses whatever was
made by a function that was given other functions.
"""

from __future__ import annotations

import hashlib
import itertools
import pickle
import platform
import secrets
from collections.abc import Callable
from typing import Any

import llvmlite
import numba
import numpy as np
from numba import config, njit
from numba.core.bytecode import FunctionIdentity
from numba.core.compiler import CompileResult
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps

from neuromix.compiling.fingerprint import Kept, Unknown, fingerprint, signature_text
from neuromix.compiling.folder import read_entry, write_entry

SETTINGS = ("OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "BOUNDSCHECK", "DEBUGINFO_DEFAULT")
"""Of numba, by environment variables, which change what is compiled."""

# The compiler tells functions of one name apart by a number that it counts up from 1 in each
# process. Symbols of two processes that meet in a third would be taken for each other.
FunctionIdentity._unique_ids = itertools.count(secrets.randbits(40) << 20)


def kept(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator like ``numba.njit(**options)`` for kernels that Python calls.

    A function that others call inside of compiled code stays with ``njit``: machine code that was
    kept cannot be inlined.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        compiled: Any = njit(**options)(function)
        if isinstance(compiled, Dispatcher):
            setattr(compiled, "_cache", MachineCode(compiled))  # noqa: B010
        return compiled

    return decorate


class MachineCode(Kept):
    """What one kernel finds under its key in the folder, and leaves there."""

    def __init__(self, kernel: Dispatcher) -> None:
        self.kernel = kernel

    def load_overload(self, signature: Any, target_context: Any) -> CompileResult | None:
        """Return the machine code for these types of arguments, or None."""
        target_context.refresh()
        key = self._key(signature, target_context.codegen())
        content = read_entry(key) if key else None
        if content is None:
            return None
        return CompileResult._rebuild(target_context, *pickle.loads(content))

    def save_overload(self, signature: Any, result: CompileResult) -> None:
        """Keep what has just been compiled."""
        key = self._key(signature, result.codegen)
        if key and not result.lifted and not result.library.has_dynamic_globals:
            write_entry(key, dumps(result._reduce()))

    def _key(self, signature: Any, codegen: Any) -> str:
        """Return the hash of all that the machine code depends on; empty where that is unknown."""
        try:
            what = [fingerprint(self.kernel), signature_text(_arguments(signature))]
        except Unknown:
            return ""
        versions = [numba.__version__, llvmlite.__version__, np.__version__]
        where = [platform.python_version(), repr(codegen.magic_tuple())]
        settings = [repr(getattr(config, name, None)) for name in SETTINGS]
        return hashlib.sha256("\n".join([*what, *versions, *where, *settings]).encode()).hexdigest()


def _arguments(signature: Any) -> Any:
    return signature if isinstance(signature, tuple) else signature.args
