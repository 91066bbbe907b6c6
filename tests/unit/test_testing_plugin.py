"""The pytest plugin, in a repository that knows nothing of neuromix but its fixtures."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from neuromix import plot
from neuromix.plot.departure import NumberPair, departures
from neuromix.regression.examining import file_stem
from neuromix.regression.files import read_reference, write_reference
from neuromix.regression.quantities import quantities
from neuromix.regression.reference import recorded
from neuromix.regression.states import states_of

pytest_plugins = ["pytester"]

STEP = 5e-6
TIME = np.arange(0.0, 1e-3 + 0.5 * STEP, STEP)
SPIKES = np.arange(1, 11) * 1e-3

TESTS = """
import numpy as np
import pytest

def test_wave(waveform_regression):
    with np.load("wave.npz") as wave:
        waveform_regression.check(dict(wave))

def test_spikes(spike_regression):
    spike_regression.check({"neuron": np.load("spikes.npy")})
"""
RECORD = "--update-references=first of all"


def wave(time=TIME, gain=1.0, shift=0.0):
    # A sine from 0 to 1 V, so that a per cent of gain is a per cent of the span.
    return {"time": time, "v_out": gain * (0.5 + 0.5 * np.sin(2e3 * np.pi * (time - shift)))}


def store(folder, spikes=SPIKES, **given):
    np.savez(folder / "wave.npz", **wave(**given))
    np.save(folder / "spikes.npy", spikes)


@pytest.fixture(scope="module", autouse=True)
def _loaded(tmp_path_factory):
    """Import what is imported late: modules that a run of pytester loads are dropped at its end."""
    file = tmp_path_factory.mktemp("once") / f"{file_stem('one')}.nc"
    found = quantities({"one": 1.0})
    write_reference(file, recorded(None, found, {}, {}, states_of(found), "to load libraries"))
    read_reference(file)
    plot.png(departures("one", [NumberPair("one", "", 1.0, 1.1, 0.1)]))


@pytest.fixture
def pytester(pytester):
    """Leave hypothesis out: each run inside would compile it anew, for seconds."""
    pytester.makeini("[pytest]\naddopts = -p no:hypothesispytest")
    return pytester


@pytest.fixture
def repository(pytester):
    """A repository with two tests and their references."""
    pytester.makepyfile(TESTS)
    store(pytester.path)
    pytester.runpytest(RECORD).assert_outcomes(passed=2)
    return pytester


def failing(repository, name, *said):
    """Run, and expect one failure that says these words and has a picture."""
    result = repository.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    picture = repository.path / "reference-failures" / f"{name}.png"
    result.stdout.fnmatch_lines([f"{name}: failed", *said, f"*picture: {picture}"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert (repository.path / "reference-failures" / ".gitignore").read_text() == "*\n"
    assert len(list(picture.parent.glob("*.png"))) == 1, "what passes is not drawn"


def test_one_per_cent_of_amplitude_fails(repository):
    store(repository.path, gain=1.01)
    failing(repository, "test_wave", "*v_out is 1.01 at 2?? us, at most 1.003 is allowed: *above*")


def test_half_a_step_of_time_fails(repository):
    store(repository.path, shift=0.5 * STEP)
    failing(repository, "test_wave", "*v_out is * below the tube*")


def test_a_spike_missing_fails(repository):
    store(repository.path, np.delete(SPIKES, 4))
    failing(repository, "test_spikes", "*neuron: spike 5 of 10 is missing at 5 ms; 9 spikes*")


def test_not_a_number_fails(repository):
    given = wave()
    given["v_out"][77] = np.nan
    np.savez(repository.path / "wave.npz", **given)
    failing(repository, "test_wave", "*v_out is nan at 385 us; 1 of 201 values are not finite")


def test_another_grid_alone_passes(repository):
    store(repository.path, time=np.linspace(0.0, 1e-3, 333))
    repository.runpytest().assert_outcomes(passed=2)


def test_without_a_reference_a_test_fails_and_nothing_is_written(pytester):
    pytester.makepyfile(TESTS)
    store(pytester.path)
    result = pytester.runpytest()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*there is no reference *", '*try: pytest --update-references="why this is right"']
    )
    assert not (pytester.path / "references").exists()


@pytest.mark.parametrize("reason", ["", "  ", "test_it.py"])
def test_an_update_asks_for_a_reason(pytester, reason):
    pytester.makepyfile(test_it=TESTS)
    store(pytester.path)
    result = pytester.runpytest(f"--update-references={reason}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*references are not rewritten without a reason", "*try: *"])
    assert not (pytester.path / "references").exists()


def test_an_update_keeps_its_reasons_and_draws_old_and_new(repository):
    store(repository.path, gain=1.01)
    before = (repository.path / "references/test_spikes.nc").read_bytes()
    result = repository.runpytest("--update-references=the supply is   1 % higher")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*references recorded*", "test_wave: recorded", "*v_out is 1.01*"])
    reference = read_reference(repository.path / "references/test_wave.nc")
    reasons = [entry.reason for entry in reference.history]
    assert reasons == ["first of all", "the supply is 1 % higher"]
    assert reference.history[-1].date[:2] == "20"
    assert {"neuromix", "numpy"} <= set(reference.history[-1].software)
    assert (repository.path / "references/test_wave.png").read_bytes().startswith(b"\x89PNG")
    assert (repository.path / "references/test_spikes.nc").read_bytes() == before
    assert not (repository.path / "references/test_spikes.png").exists()
    repository.runpytest().assert_outcomes(passed=2)


def test_a_result_that_is_not_finite_never_becomes_a_reference(repository):
    given = wave()
    given["v_out"][0] = np.nan
    np.savez(repository.path / "wave.npz", **given)
    before = (repository.path / "references/test_wave.nc").read_bytes()
    result = repository.runpytest("--update-references=whatever it is")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*v_out cannot be a reference: it is not finite everywhere"])
    assert (repository.path / "references/test_wave.nc").read_bytes() == before


def test_tolerances_are_stored_and_the_file_rules(pytester):
    def write(relative):
        pytester.makepyfile(
            test_it=f"""
import numpy as np

def test_wave(waveform_regression):
    with np.load("wave.npz") as wave:
        limits = {{"v_out": {{"relative": {relative}, "time": 1e-6}}}}
        waveform_regression.check(dict(wave), tolerances=limits)
"""
        )

    write(0.05)
    store(pytester.path)
    pytester.runpytest(RECORD).assert_outcomes(passed=1)
    tolerance = read_reference(pytester.path / "references/test_wave.nc").tolerances["v_out"]
    assert (tolerance.relative, tolerance.time) == (0.05, 1e-6)
    store(pytester.path, gain=1.04)
    pytester.runpytest().assert_outcomes(passed=1)
    write(0.5)
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*v_out: the test asks for Tolerance(relative=0.5, *"])
    pytester.runpytest("--update-references=looser on purpose").assert_outcomes(passed=1)
    pytester.runpytest().assert_outcomes(passed=1)


def test_what_is_stale_passes_and_is_listed(pytester):
    def write(version):
        pytester.makepyfile(
            test_it=f"""
def test_number(waveform_regression):
    waveform_regression.check({{"gain": 2.0}}, states={{"firmware": "{version}"}})
"""
        )

    write("1.4")
    pytester.runpytest(RECORD).assert_outcomes(passed=1)
    assert "stale references" not in pytester.runpytest().stdout.str()
    write("1.5")
    result = pytester.runpytest("--junitxml=report.xml")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "*stale references: pass*",
            "*the reference is of another firmware: 1.4 on record, 1.5 now",
        ]
    )
    assert 'value="stale"' in (pytester.path / "report.xml").read_text()
    pytester.runpytest("--strict-references").assert_outcomes(failed=1)
    pytester.runpytest("--update-references=firmware 1.5").assert_outcomes(passed=1)
    pytester.runpytest("--strict-references").assert_outcomes(passed=1)


def test_several_checks_in_a_test_and_many_tests(pytester):
    pytester.makepyfile(
        """
import pytest

class TestGain:
    @pytest.mark.parametrize("bias", ["10 nA/µm", "20 nA/µm"])
    def test_it(self, bias, waveform_regression):
        waveform_regression.check({"gain": 2.0}, name="before")
        waveform_regression.check({"gain": 3.0}, name="after")

def test_twice(waveform_regression, spike_regression):
    waveform_regression.check({"gain": 2.0})
    spike_regression.check([1.0, 2.0])
"""
    )
    result = pytester.runpytest(RECORD)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*two checks use the reference *", '*check(data, name="after")'])
    names = sorted(file.name for file in (pytester.path / "references").glob("*.nc"))
    assert len(names) == 5
    assert all(name.startswith("TestGain.test_it[") for name in names[:4])
    assert names[4] == "test_twice.nc"


def test_formulas_need_no_file(pytester):
    pytester.makepyfile(
        """
import numpy as np
import pytest
from neuromix.comparison.closed_forms import RCStep

@pytest.mark.parametrize("capacitance", [1e-9, 1.02e-9])
def test_charging(capacitance, waveform_regression):
    time = np.linspace(0, 5e-6, 1001)
    data = {"time": time, "out": 1 - np.exp(-time / 1e-6)}
    waveform_regression.certify(data, {"out": RCStep(1e3, capacitance)})
"""
    )
    result = pytester.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*out is * above the tube*", "*picture: *"])
    assert not (pytester.path / "references").exists()


def test_what_cannot_be_compared_is_said_without_a_traceback(pytester):
    pytester.makepyfile(
        """
def test_nothing(waveform_regression):
    waveform_regression.check(object())
"""
    )
    result = pytester.runpytest()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["BadValue: a object cannot be compared", "*try: a dataset*"])
    assert "Traceback" not in result.stdout.str()


def test_a_damaged_reference_is_refused(repository):
    file = repository.path / "references/test_wave.nc"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content[: -len(content) // 4])
    result = repository.runpytest()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["BadValue: *test_wave.nc is not a dataset"])


def test_pictures_go_where_they_are_told(repository, tmp_path):
    store(repository.path, gain=1.01)
    repository.runpytest(f"--reference-pictures={tmp_path / 'seen'}").assert_outcomes(
        passed=1, failed=1
    )
    assert (tmp_path / "seen" / "test_wave.png").is_file()


COST = """
import time
import pytest
import sys
before = set(sys.modules)
started = time.process_time()
import neuromix.testing
seconds = time.process_time() - started
new = set(sys.modules) - before
print(seconds, *sorted(name.partition(".")[0] for name in new))
"""


def test_it_costs_nothing_where_it_is_not_used():
    best = 1.0
    for _ in range(5):
        said = subprocess.run(
            [sys.executable, "-c", COST], capture_output=True, text=True, check=True
        ).stdout.split()
        best = min(best, float(said[0]))
        assert set(said[1:]) <= {"neuromix", *sys.stdlib_module_names}
    assert best < 5e-3


def test_it_is_found_by_pytest(pytester):
    result = pytester.runpytest("--help")
    result.stdout.fnmatch_lines(["*against references:", "*--update-references*REASON*"])
