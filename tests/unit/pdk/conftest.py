"""A technology of two small bins, its model file and the wheel that carries it."""

from __future__ import annotations

import hashlib
import zipfile

import pytest

from neuromix.declare import Device, MismatchLaw, ModelSet, Technology

MEMBER = "small/models/small.ngspice"

MODELS = """\
* a comment before everything
.LIB typical
 .lib 'small.ngspice' nfet_t
.ENDL
.lib nfet_t
.subckt other d g s b
m0 d g s b small_n
.ends
.model  small_n.0  nmos
+level = 54
+lmin    = 2e-007      wmin = 1e-6
+lmax    = 1e-006 wmax = 1e-5
* a comment between
+toxe = 8e-009 $ a comment behind
+noia = small_noia
.model  small_n.1  nmos
+level = 54
+lmin = 1e-006 lmax = 1e-005 wmin = 1e-6 wmax = 1e-5
+noia    = small_noia
.model junction d
+ is = 1e-15
.endl nfet_t
.lib nfet_s
.model small_n.0 nmos
+level = 54
+lmin = 2e-7 lmax = 1e-5 wmin = 1e-6 wmax = 1e-5
+noia = small_noia_other
.endl
"""


@pytest.fixture
def wheel(tmp_path):
    file = tmp_path / "small-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MEMBER, MODELS)
        archive.writestr("small/__init__.py", "raise SystemExit('never imported')")
    return file


@pytest.fixture
def small(wheel):
    law = MismatchLaw(1e-9, 1e-9, 0.0, 0.0)
    return Technology(
        name="small",
        summary="two bins",
        devices=(Device("nfet", "small_n", 0.5e-6, law),),
        corners=(("tt", ("nfet_t",)), ("ss", ("nfet_s",)), ("xx", ("absent",))),
        constants=(("small_noia", 3.2e41),),
        supply=1.8,
        temperature=(250.0, 350.0),
        model_set=ModelSet(
            package="small",
            version="1.0",
            wheel_sha256=hashlib.sha256(wheel.read_bytes()).hexdigest(),
            member=MEMBER,
            sha256=hashlib.sha256(MODELS.encode()).hexdigest(),
            open_pdks="libs.tech/ngspice/small.ngspice",
            licence="Apache-2.0",
        ),
    )
