"""The declaration of gf180mcu against its model file, and trimmed cards against the whole file."""

from __future__ import annotations

import math
import re
import time

import pytest

from neuromix import library, pdk
from neuromix.engine.job import Job
from neuromix.engine.pool import NgspiceEngine
from neuromix.netlist.deck import Deck, Vector
from neuromix.pdk import bins

WIDTHS = (0.22e-6, 0.5e-6, 1e-6, 1.2e-6, 4e-6, 10e-6, 100e-6)
LENGTHS = (0.28e-6, 0.5e-6, 1e-6, 1.2e-6, 2e-6, 10e-6, 50e-6)


@pytest.fixture
def technology():
    return library.technology("gf180mcu")


def test_mismatch_of_a_square_micrometre(technology):
    threshold, mobility = technology.device("nfet").mismatch.sigmas(1e-6, 1e-6)
    effective = math.sqrt(0.85 * 1.1)  # µm, of L − 0.15 µm and W + 0.1 µm
    assert threshold == pytest.approx(0.7071 * 7.148e-3 / effective)
    assert mobility == pytest.approx(0.7071 * 7.008e-3 / effective)


@pytest.mark.ngspice
class TestModelFile:
    @pytest.fixture
    def source(self, technology):
        return pdk.model_file(technology).read_text()

    def test_bins_are_the_text_of_the_source(self, technology, source):
        written = {line.rstrip() for line in source.splitlines()}
        for corner, sections in technology.corners:
            for section in sections:
                found = bins.bins_of(pdk.model_file(technology), section)
                assert len(found) == 16, (corner, section)
                for item in found:
                    assert set(item.text.splitlines()) <= written

    def test_chosen_bins_contain_the_size(self, technology):
        for width in WIDTHS:
            for length in LENGTHS:
                text = pdk.device_cards(technology, "tt", [("nfet", width, length)])
                limits = [float(value) for value in re.findall(r"\b[lw]m(?:in|ax) *= *(\S+)", text)]
                assert limits
                for low, high, narrow, wide in zip(*[iter(limits)] * 4, strict=True):
                    slack = 1 + 1e-9
                    assert low <= length * slack
                    assert length <= high * slack
                    assert narrow <= width * slack
                    assert width <= wide * slack

    def test_no_symbol_is_left(self, technology):
        for corner, _ in technology.corners:
            devices = [(name, 1e-6, 1e-6) for name in ("nfet", "pfet")]
            text = pdk.device_cards(technology, corner, devices).partition(".subckt")[0]
            values = re.findall(r"= *(\S+)", text)
            assert values
            assert [value for value in values if math.isnan(float(value))] == []

    def test_constants_are_those_of_the_source(self, technology, source):
        for name, value in technology.constants:
            found = re.search(rf"\+{name}='\(fnoicor==0\)\*(\S+)", source)
            assert found is not None
            assert value == float(found[1])

    def test_coefficients_of_mismatch_are_those_of_the_source(self, technology, source):
        for device in technology.devices:
            wrapper = source.partition(f".subckt {device.model} d g s b")[2].partition(".ends")[0]
            given = {
                name: float(re.search(rf"\+ *{name}=(\S+)", wrapper)[1])
                for name in ("par_vth", "par_k", "par_l", "par_w")
            }
            law = device.mismatch
            assert law.threshold == pytest.approx(0.7071 * given["par_vth"] * 1e-6)
            assert law.mobility == pytest.approx(0.7071 * given["par_k"] * 1e-6)
            assert (law.length_offset, law.width_offset) == (-given["par_l"], -given["par_w"])

    def test_reading_is_quick(self, technology):
        bins._bins.cache_clear()
        bins._sections.cache_clear()
        started = time.perf_counter()
        pdk.device_cards(technology, "tt", [("nfet", 1e-6, 1e-6), ("pfet", 1e-6, 1e-6)])
        # 0.04 s where it was measured; the promise is 0.15 s.
        assert time.perf_counter() - started < 0.15

    @pytest.mark.parametrize("corner", ["tt", "sf"])
    @pytest.mark.parametrize(("device", "sign"), [("nfet", 1), ("pfet", -1)])
    def test_current_is_that_of_the_whole_file(self, technology, corner, device, sign):
        sizes = [(width, length) for width in WIDTHS[::2] for length in LENGTHS[::2]]
        file = pdk.model_file(technology)
        whole = "".join(f".lib '{file}' {item}\n" for item in technology.sections(corner))
        whole += "".join(f".param {name}={value!r}\n" for name, value in technology.constants)
        whole += ".param rsh_nplus_u_m=60 rsh_pplus_u_m=185\n"
        whole += pdk.device_cards(technology, corner, [])

        def job(models, cards, kept):
            circuit = f"vg g 0 {0.6 * sign}\n" + "".join(
                f"v{k} d{k} 0 {0.9 * sign}\nx{k} d{k} g 0 0 {device} w={width!r} l={length!r}\n"
                for k, (width, length) in kept
            )
            vectors = tuple(Vector(f"i{k}", f"v{k}#branch") for k, _ in kept)
            deck = Deck("drain currents", circuit, cards, models, "op", vectors, "", 0.0)
            return Job(deck, keep=(0,))

        numbered = list(enumerate(sizes))
        jobs = [job("whole", whole, numbered)] + [
            job("trimmed", pdk.device_cards(technology, corner, [(device, *size)]), [(k, size)])
            for k, size in numbered
        ]
        with NgspiceEngine(workers=1) as engine:
            (reference,), *trimmed = engine.run(jobs)
        assert reference.failure == ""
        for k, size in numbered:
            (outcome,) = trimmed[k]
            assert outcome.failure == "", outcome.reason
            current = float(outcome.waves[f"i{k}"][0])
            assert abs(current) > 1e-13
            assert current == float(reference.waves[f"i{k}"][0]), size
