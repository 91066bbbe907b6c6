"""Finding the executor that a command names: ``dask:ADDRESS`` of a running scheduler."""

from __future__ import annotations

import contextlib
import importlib
import ipaddress
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any
from urllib.parse import urlsplit

from neuromix.errors import BadValue, EngineMissing, MissingExtra

_EXAMPLE = "dask:tcp://127.0.0.1:8786, or dask:tls://HOST:8786"
_CONNECTION_TIMEOUT = 10.0


@contextlib.contextmanager
def executor_at(place: str) -> Iterator[tuple[Executor, int]]:
    """Connect to a Dask scheduler; yield its executor and the number of its threads.

    Chunks travel pickled, so whoever reaches the scheduler runs what he likes on all machines:
    plain TCP is for the loopback interface alone.

    Parameters
    ----------
    place : str
        ``dask:tcp://127.0.0.1:PORT``, or ``dask:tls://HOST:PORT`` with the certificates that Dask's
        configuration names (``distributed.comm.tls``).

    Raises
    ------
    BadValue
        Where it is no such place, or would send circuits in the clear.
    MissingExtra
        Where ``neuromix[dask]`` is not installed.
    EngineMissing
        Where no scheduler answers, or it has no workers.
    """
    address = _checked(place)
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise MissingExtra(
            "Dask is not installed", [str(error)], "pip install 'neuromix[dask]'"
        ) from error
    security = None
    if address.startswith("tls:"):
        security = distributed.Security(require_encryption=True)
        if not security.tls_ca_file or not security.tls_client_cert:
            raise BadValue(
                f"no certificates for {address}",
                ["distributed.comm.tls.ca-file and .client.cert are not set"],
                "set them in ~/.config/dask/distributed.yaml; docs/cluster.md has an example",
            )
    try:
        client = distributed.Client(address, security=security, timeout=_CONNECTION_TIMEOUT)
    except (OSError, TimeoutError, ValueError) as error:
        raise EngineMissing(
            f"no Dask scheduler answers at {address}",
            [f"{type(error).__name__}: {error}"],
            "start one: dask scheduler --host 127.0.0.1",
        ) from error
    with client:
        threads = sum(client.ncores().values())
        if not threads:
            raise EngineMissing(
                f"the Dask scheduler at {address} has no workers",
                cure=f"dask worker {address} --nthreads 1",
            )
        yield client.get_executor(pure=False), threads


@contextlib.contextmanager
def where(place: str | None, workers: int) -> Iterator[tuple[Executor | None, int]]:
    """Yield the executor of a place and how many chunks it works on at a time.

    Without a place there is none, and as many as ``workers``.
    """
    if place is None:
        yield None, workers
        return
    with executor_at(place) as found:
        yield found


def _checked(place: str) -> str:
    """Return the address, once it is one that may be used."""
    kind, _, address = place.partition(":")
    parts = urlsplit(address)
    if kind != "dask" or parts.scheme not in {"tcp", "tls"} or not parts.hostname:
        raise BadValue(f"{place!r} names no executor", cure=_EXAMPLE)
    if parts.scheme == "tcp" and not _is_loopback(parts.hostname):
        raise BadValue(
            f"{address} would carry programs over a network unprotected",
            ["whoever reaches a scheduler without TLS runs what he likes on its machines"],
            f"dask:tls://{parts.hostname}:{parts.port or 8786} with certificates: docs/cluster.md",
        )
    return address


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
