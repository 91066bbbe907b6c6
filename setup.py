"""Adds the built-in library of cells to the packages that pyproject.toml describes.

``circuits/`` and ``netlists/`` stay at the top of the repository, where designers look for them;
an installed neuromix carries them as ``neuromix/_library/``.
"""

from setuptools import find_packages, setup

LIBRARY = {f"neuromix._library.{name}": name for name in ("circuits", "netlists")}

setup(
    packages=[*find_packages(include=["neuromix", "neuromix.*"]), *LIBRARY],
    package_dir=LIBRARY,
)
