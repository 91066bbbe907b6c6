"""``docs/cells.md`` says what the committed results say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import neuromix

TOOL = Path(neuromix.__file__).resolve().parents[1] / "tools" / "cells_page.py"


def test_the_page_is_up_to_date():
    spec = importlib.util.spec_from_file_location("cells_page", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.PAGE.read_text() == tool.page(), "make datasheets"
