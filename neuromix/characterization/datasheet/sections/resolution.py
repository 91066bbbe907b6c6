"""Effective bits, split into noise, linearity and mismatch."""

from __future__ import annotations

import math

import numpy as np

from neuromix.characterization.datasheet.content import Section, Table
from neuromix.characterization.datasheet.evidence import Evidence
from neuromix.characterization.datasheet.wording import told
from neuromix.characterization.recipe import Transfer
from neuromix.measure.resolution import (
    effective_bits,
    mismatch_errors,
    noise_in_band,
    nonlinearity,
)

NAME, TITLE = "resolution", "Effective bits"

BAND = (1.0, 1e3)
"""Hz: over which noise is counted."""

Row = tuple[str, str, str, str]


def section(evidence: Evidence) -> Section:
    """Return the bits that each imperfection would leave if it were the only one."""
    found = evidence.transfers
    if found is None or len(found[0].x) < 3:
        why = "Effective bits are those of a transfer curve, and there is none."
        return Section.absent(NAME, TITLE, why)
    nominal, curves = found
    span = float(np.ptp(nominal.y))
    rows = [_noise(evidence, nominal)]
    line = nonlinearity(nominal.x, nominal.y)
    rows.append(_row("linearity, nominal", "rms from the best straight line", line, span, nominal))
    if len(curves) > 1:
        errors = mismatch_errors(nominal.y, np.array([curve.y for curve in curves]))
        for words, meaning, error in zip(
            ("mismatch, raw", "mismatch, offset trimmed", "mismatch, offset and gain calibrated"),
            (
                "rms from the nominal curve",
                "each instance's mean deviation taken away",
                "each instance's best offset and gain taken away",
            ),
            errors,
            strict=True,
        ):
            rows.append(_row(words, meaning, error, span, nominal))
    else:
        rows.append(("mismatch", "no instances were drawn", "", ""))
    table = Table(
        ("limited by", "error", "rms", "bits"),
        rows,
        f"bits = log2(full scale / (rms · √12)), IEEE Std 1241-2010; full scale "
        f"{told(span, nominal.y_unit)} of {nominal.y_name}, that of the nominal curve over "
        f"{told(float(nominal.x[0]), nominal.x_unit)} … "
        f"{told(float(nominal.x[-1]), nominal.x_unit)}; {evidence.condition}. Each row is the "
        "resolution if it were the only imperfection. "
        + (
            f"Mismatch rests on {len(curves)} draws: ±{_bits_error(len(curves)):.2g} bit. "
            if len(curves) > 1
            else ""
        )
        + "A curve that is meant to be bent loses bits to linearity by its purpose; an error "
        "beyond the rounding of one bit has negative bits.",
        2,
    )
    return Section(NAME, TITLE, (table,))


def _bits_error(instances: int) -> float:
    """Return the standard error of the bits of an rms over independent normal instances."""
    return 1.0 / (math.log(2.0) * math.sqrt(2.0 * instances))


def _row(words: str, meaning: str, error: float, span: float, nominal: Transfer) -> Row:
    bits = effective_bits(span, error)
    return words, meaning, told(error, nominal.y_unit, 3), f"{bits:.1f}".replace("-", "−")


def _noise(evidence: Evidence, nominal: Transfer) -> Row:
    noise = evidence.model.noise
    if not (noise.white or noise.flicker):
        return "noise", "the model of this cell has no noise at its input", "", ""
    if noise.unit != nominal.x_unit:
        return "noise", f"known in {noise.unit}, the input is in {nominal.x_unit}", "", ""
    rms = noise_in_band(noise.white, noise.flicker, noise.exponent, *BAND)
    bits = effective_bits(float(np.ptp(nominal.x)), rms)
    band = f"{told(BAND[0], 'Hz')} to {told(BAND[1], 'Hz')}"
    return "noise", f"at the input, {band}", told(rms, noise.unit, 3), f"{bits:.1f}"
