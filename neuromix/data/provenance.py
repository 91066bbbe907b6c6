"""Where a result comes from: versions, hashes and the command that made it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform


def version() -> str:
    """Return the version of neuromix that is running."""
    try:
        return importlib.metadata.version("neuromix")
    except importlib.metadata.PackageNotFoundError:
        return "0+source"


def digest(*parts: str | bytes) -> str:
    """Return the SHA-256 of the parts, each framed by its length so that joins do not collide."""
    hasher = hashlib.sha256()
    feed(hasher, *parts)
    return hasher.hexdigest()


def feed(hasher: hashlib._Hash, *parts: str | bytes) -> None:
    """Feed parts to a hash as :func:`digest` does."""
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        hasher.update(f"{len(raw)}:".encode())
        hasher.update(raw)


def software() -> dict[str, str]:
    """Return the versions that a number can depend on."""
    found = {"neuromix": version(), "python": platform.python_version()}
    for name in ("numpy", "scipy", "PySpice"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
