"""Outcomes of references as JUnit XML, which every continuous-integration service reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from neuromix.regression.directory import Checked
from neuromix.regression.examining import ERROR, SKIPPED

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow, in any spelling."""


def junit(name: str, checked: Sequence[Checked], *, strict: bool) -> bytes:
    """Return a JUnit report.

    Parameters
    ----------
    name : str
        Of the suite.
    checked : sequence of Checked
        One test case each; a stale reference passes and says so in its output.
    strict : bool
        Whether a stale reference is a failure.
    """
    from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

    kinds = {ERROR: Error, SKIPPED: Skipped}
    suite = TestSuite(name)
    for item in checked:
        outcome = item.outcome
        folder, _, stem = outcome.name.rpartition("/")
        case = TestCase(stem, ".".join([name, *filter(None, folder.split("/"))]), item.seconds)
        said = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(outcome))
        if outcome.bad(strict=strict) or outcome.state == SKIPPED:
            kind = kinds.get(outcome.state, Failure)
            summary = outcome.sentences[0] if outcome.sentences else outcome.state
            result = kind(_FORBIDDEN.sub("?", summary), outcome.state)
            result.text = said
            case.result = [result]
        else:
            case.system_out = said
        suite.add_testcase(case)
    report = JUnitXml(name)
    report.add_testsuite(suite)
    text: bytes = report.tostring()  # type: ignore[no-untyped-call]
    return text
