"""``neuromix doctor`` on machines with another ngspice, with less of it, or without one."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from click.testing import CliRunner

from neuromix.cli import main

# What a library has to have, and what it prints when it is asked for its version.
STUB = r"""
#include <stddef.h>
#include <string.h>
typedef int (*send_t)(char *, int, void *);
static send_t send;
static char *none[] = {NULL};
int ngSpice_Init(send_t a, void *b, void *c, void *d, void *e, void *f, void *g) {
    send = a;
    return 0;
}
int ngSpice_Init_Sync(void *a, void *b, void *c, int *d, void *e) { return 0; }
int ngSpice_Circ(char **lines) { return 0; }
char *ngSpice_CurPlot(void) { return "const"; }
char **ngSpice_AllVecs(char *plot) { return none; }
void *ngGet_Vec_Info(char *name) { return NULL; }
int ngSpice_Command(char *text) {
    static char *said[] = {SAID, NULL};
    if (text && !strcmp(text, "version -f"))
        for (char **line = said; *line; line++) send(*line, 0, NULL);
    return 0;
}
"""


@pytest.fixture
def doctor(tmp_path, monkeypatch):
    def examine(*lines):
        if lines:
            if shutil.which("cc") is None:
                pytest.skip("no C compiler to make a stand-in for libngspice")
            source, library = tmp_path / "stub.c", tmp_path / "libngspice.so"
            said = ", ".join(json.dumps(f"stdout {line}") for line in lines)
            source.write_text(STUB.replace("SAID", said))
            subprocess.run(["cc", "-shared", "-fPIC", "-w", "-o", library, source], check=True)
            monkeypatch.setenv("NEUROMIX_LIBNGSPICE", str(library))
        else:
            monkeypatch.setenv("NEUROMIX_LIBNGSPICE", "/nonexistent/libngspice.so.0")
        result = CliRunner().invoke(main, ["doctor", "--json"])
        assert isinstance(result.exception, SystemExit), repr(result.exception)
        found = json.loads(result.stdout)
        return result, {item["name"]: item for item in found["checks"]}

    return examine


def words(version, *built_in):
    return (f"** ngspice-{version} : Circuit level simulation program", *built_in)


XSPICE = "** XSPICE extensions included"
OSDI = "** OSDI: OSDI interface included"


@pytest.mark.parametrize("version", ["39", "45", "45.2"])
@pytest.mark.promise("R14")
def test_a_version_that_will_do(doctor, version):
    result, found = doctor(*words(version, XSPICE, OSDI))
    assert found["ngspice"]["ok"]
    assert found["ngspice"]["details"]["version"] == version
    assert found["ngspice"]["details"]["xspice"] == "yes"
    assert found["ngspice"]["details"]["osdi"] == "yes"
    # It says that it is ngspice and simulates nothing: the trial run finds out.
    assert result.exit_code == 1
    assert not found["RC run"]["ok"]
    assert found["RC run"]["cure"]


@pytest.mark.promise("R14")
def test_a_version_that_is_too_old(doctor):
    result, found = doctor(*words("31", XSPICE))
    assert result.exit_code == 1
    assert not found["ngspice"]["ok"]
    assert "ngspice 31 is older than 39" in found["ngspice"]["details"]["problem"]
    assert "apt-get install libngspice0" in found["ngspice"]["cure"]


@pytest.mark.promise("R14")
def test_what_is_not_built_in(doctor):
    _, found = doctor(*words("39"))
    assert found["ngspice"]["ok"], "no cell needs it"
    assert "polynomial sources" in found["ngspice"]["details"]["xspice"]
    assert "Verilog-A" in found["ngspice"]["details"]["osdi"]


@pytest.mark.promise("R14")
def test_a_version_that_says_nothing(doctor):
    _, found = doctor("** a program without a number")
    assert not found["ngspice"]["ok"]
    assert "does not say its version" in found["ngspice"]["details"]["problem"]
    assert found["ngspice"]["cure"]


@pytest.mark.promise("R14")
def test_no_ngspice(doctor):
    result, found = doctor()
    assert result.exit_code == 1
    assert not found["ngspice"]["ok"]
    assert "apt-get install libngspice0" in found["ngspice"]["cure"]
    assert "RC run" not in found, "what cannot run is not tried"
