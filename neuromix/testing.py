"""A pytest plugin: ``waveform_regression`` and ``spike_regression``, for any repository.

References stand beside the test, in ``references/<test>.nc``; see ``docs/regression.md``. pytest
loads this module in every project that has neuromix installed, so it imports the standard
library and pytest only; the rest comes when a fixture is first used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from neuromix.comparison.closed_forms import ClosedForm
    from neuromix.comparison.tolerance import Tolerance
    from neuromix.regression.examining import Outcome

FOLDER = "references"
PICTURES = "reference-failures"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of this plugin."""
    group = parser.getgroup("neuromix", "waveforms and spikes against references")
    group.addoption(
        "--update-references",
        metavar="REASON",
        help="Record references that are missing, stale or no longer met, for this reason.",
    )
    group.addoption(
        "--reference-pictures",
        metavar="FOLDER",
        help=f"Where pictures of failures go ({PICTURES} in the root folder by default).",
    )
    group.addoption(
        "--strict-references",
        action="store_true",
        help="Stale references fail.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to update without a reason before a single test is run."""
    reason = config.getoption("--update-references")
    if reason is None:
        return
    if not reason.strip() or Path(reason.partition("::")[0]).exists():
        raise pytest.UsageError(
            f"--update-references={reason!r}: references are not rewritten without a reason\n"
            '  try: --update-references="the leak is twice as large on purpose"'
        )


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """List what was recorded and what is stale: neither may go unnoticed."""
    for state, title in (("recorded", "references recorded"), ("stale", "stale references: pass")):
        outcomes = [item for item in config.stash.get(_OUTCOMES, []) if item.state == state]
        if outcomes:
            terminalreporter.section(title)
            for outcome in outcomes:
                terminalreporter.line(str(outcome))


class Regression:
    """Compares results of one test with its references; the value of both fixtures.

    Parameters
    ----------
    request : pytest.FixtureRequest
        Of the test.
    read : callable
        From data to quantities by name.
    """

    def __init__(
        self, request: pytest.FixtureRequest, read: Callable[[object], Mapping[str, Any]]
    ) -> None:
        self._request = request
        self._read = read

    def check(
        self,
        data: object,
        *,
        name: str = "",
        tolerances: Mapping[str, Tolerance | Mapping[str, float]] | None = None,
        states: Mapping[str, str] | None = None,
    ) -> None:
        """Fail the test where ``data`` is not what its reference says.

        Parameters
        ----------
        data : xarray.Dataset or DataArray, mapping of arrays, ndarray, Events, or path
            What was computed; see :func:`neuromix.regression.quantities.quantities`.
        name : str
            Tells several checks of one test apart.
        tolerances : mapping, optional
            By quantity, or ``"*"``: a Tolerance, or some of its fields, such as
            ``{"v_out": {"relative": 0.01, "time": 1e-6}}``. They are stored in the reference when
            it is recorded; asking for others afterwards fails until it is recorded again.
        states : mapping of str to str, optional
            What the result depends on and a reader of a failure wants to know, such as
            ``{"firmware": "1.4"}``. Datasets of ours bring deck, model set, settings and ngspice.
        """
        __tracebackhide__ = True
        self._settle(lambda: self._examined(data, name, tolerances, states or {}))

    def certify(
        self,
        data: object,
        forms: Mapping[str, ClosedForm],
        *,
        tolerances: Mapping[str, Tolerance | Mapping[str, float]] | None = None,
    ) -> None:
        """Fail the test where waveforms of ``data`` are not what formulas say.

        Parameters
        ----------
        data : as for :meth:`check`
        forms : mapping of str to ClosedForm
            By quantity, such as ``{"out": RCStep(resistance=1e3, capacitance=1e-9)}``, from
            :mod:`neuromix.comparison.closed_forms`.
        tolerances : mapping, optional
            As for :meth:`check`. There is no file, and nothing to update.
        """
        __tracebackhide__ = True
        self._settle(lambda: self._certified(data, forms, tolerances or {}))

    def _settle(self, examined: Callable[[], Outcome]) -> None:
        """Note an outcome for the summary and the report, and fail where it is bad."""
        __tracebackhide__ = True
        from neuromix.errors import NeuromixError

        said = ""
        try:
            outcome = examined()
        except NeuromixError as error:
            said = f"{type(error).__name__}: {error}"
        if said:
            pytest.fail(said, pytrace=False)
        config = self._request.config
        config.stash.setdefault(_OUTCOMES, []).append(outcome)
        self._request.node.user_properties.append((f"reference {outcome.name}", outcome.state))
        if outcome.bad(strict=config.getoption("--strict-references")):
            pytest.fail(str(outcome), pytrace=False)

    def _examined(
        self,
        data: object,
        name: str,
        tolerances: Mapping[str, Tolerance | Mapping[str, float]] | None,
        states: Mapping[str, str],
    ) -> Outcome:
        from neuromix.errors import BadValue
        from neuromix.regression.examining import Result, examine
        from neuromix.regression.states import states_of

        node, config = self._request.node, self._request.config
        file = node.path.parent / FOLDER / f"{self._stem(name)}.nc"
        owner = f"{node.nodeid} {name}".strip()
        used = config.stash.setdefault(_USED, {})
        if file in used:
            raise BadValue(
                f"two checks use the reference {file}",
                [used[file], owner],
                'tell them apart: check(data, name="after")',
            )
        used[file] = owner
        return examine(
            file,
            Result(self._read(data), {**states_of(data), **states}, {"test": node.nodeid}),
            tolerances=tolerances,
            reason=config.getoption("--update-references"),
            pictures=self._pictures(),
            cure='pytest --update-references="why this is right"',
        )

    def _certified(
        self,
        data: object,
        forms: Mapping[str, ClosedForm],
        tolerances: Mapping[str, Tolerance | Mapping[str, float]],
    ) -> Outcome:
        from neuromix.regression.examining import certify

        return certify(self._stem(""), forms, self._read(data), tolerances, self._pictures())

    def _stem(self, name: str) -> str:
        """Return what the files of a check are called: the test, within its module."""
        from neuromix.regression.examining import file_stem

        node = self._request.node
        inside = node.nodeid.partition("::")[2].replace("::", ".") or node.name
        return file_stem(f"{inside}.{name}" if name else inside)

    def _pictures(self) -> Path:
        config = self._request.config
        return config.rootpath / (config.getoption("--reference-pictures") or PICTURES)


@pytest.fixture
def waveform_regression(request: pytest.FixtureRequest) -> Regression:
    """Compare waveforms, numbers and spikes of a result with the reference beside the test."""
    from neuromix.regression.quantities import quantities

    return Regression(request, quantities)


@pytest.fixture
def spike_regression(request: pytest.FixtureRequest) -> Regression:
    """Compare spikes, matched one to one, with the reference beside the test."""
    from neuromix.regression.quantities import spike_trains

    return Regression(request, spike_trains)


_OUTCOMES: pytest.StashKey[list[Any]] = pytest.StashKey()
_USED: pytest.StashKey[dict[Path, str]] = pytest.StashKey()
