"""Every committed result's datasheet in a real browser: no error, no request, no empty picture."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

import neuromix
from neuromix import library

ROOT = Path(neuromix.__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "datasheets"
NAMES = [".".join(key) for key in library.dataset_files() if key in library.model_files()]

PICTURES = """
[...document.querySelectorAll('figure.picture')].map(figure => {
  const image = figure.querySelector('img'), drawing = figure.querySelector('svg');
  const shown = (image || drawing).getBoundingClientRect();
  const area = mark => { const box = mark.getBoundingClientRect(); return box.width + box.height; };
  const marks = drawing ? [...drawing.querySelectorAll('path, use, rect')]
    .filter(mark => area(mark) > 0 && !mark.closest('defs, clipPath')) : [];
  const lines = marks.filter(mark => /accent|#[0-9a-f]{6}/.test(mark.getAttribute('style') || ''));
  return {title: figure.innerText.slice(0, 60), width: shown.width, height: shown.height,
          loaded: image ? image.naturalWidth : 1, marks: marks.length, drawn: lines.length,
          words: drawing ? drawing.querySelectorAll('text').length : 1,
          picture: image ? 'image' : 'drawing'};
})
"""


def _helper():
    spec = importlib.util.spec_from_file_location("chromium", Path(__file__).parent / "chromium.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def browser():
    chromium = _helper()
    path = chromium.executable()
    if path is None:
        missing = "no Chromium: sudo apt-get install -y chromium"
        if os.environ.get("CI"):
            pytest.fail(f"CI has to open the datasheets: {missing}", pytrace=False)
        pytest.skip(missing)
    with chromium.Browser(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def sheets():
    """The folder of all sheets, made anew where something has changed."""
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "datasheets.py", FOLDER], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return FOLDER


def _complaints(events):
    """Return what a console or a network panel would show in red."""
    found = []
    for event in events:
        method, given = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            found.append(given["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and given["type"] in {"error", "warning"}:
            found.append(str(given["args"]))
        elif method == "Log.entryAdded" and given["entry"]["level"] in {"error", "warning"}:
            found.append(given["entry"]["text"])
        elif method == "Network.loadingFailed":
            found.append(given["errorText"])
        elif method == "Network.requestWillBeSent":
            url = given["request"]["url"]
            if not url.startswith(("file:", "data:")):
                found.append(f"asked for {url}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_opens_whole(browser, sheets, name):
    assert _complaints(browser.open((sheets / f"{name}.html").as_uri())) == []
    pictures = browser.value(PICTURES)
    assert len(pictures) >= 2
    for picture in pictures:
        assert picture["width"] > 200, picture
        assert picture["height"] > 80, picture
        assert picture["loaded"] > 0, picture
        if picture["picture"] == "drawing":
            assert picture["marks"] > 10, picture
            assert picture["drawn"] > 3, picture
            assert picture["words"] > 3, picture
    assert browser.value("document.documentElement.scrollWidth <= innerWidth + 1")
    assert browser.value("document.querySelectorAll('main section').length") > 8


def test_the_index_reaches_every_sheet(browser, sheets):
    assert _complaints(browser.open((sheets / "index.html").as_uri())) == []
    links = browser.value("[...document.querySelectorAll('article a')].map(a => a.href)")
    assert sorted(links) == sorted((sheets / f"{name}.html").as_uri() for name in NAMES)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<script>alert(1)</script>", "Content Security Policy"),
        ('<img src="http://127.0.0.1:9/x.png">', "127.0.0.1"),
        ('<link rel="stylesheet" href="absent.css">', "absent.css"),
    ],
)
def test_what_must_not_happen_would_be_seen(browser, tmp_path, body, said):
    policy = "default-src 'none'; style-src 'unsafe-inline' file:; img-src data: http:"
    page = tmp_path / "bad.html"
    page.write_text(
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<link rel="icon" href="data:,"><body>{body}'
    )
    complaints = _complaints(browser.open(page.as_uri()))
    assert any(said in text for text in complaints) or complaints, complaints


def test_an_empty_picture_would_be_seen(browser, tmp_path):
    page = tmp_path / "empty.html"
    page.write_text(
        '<figure class="picture"><svg width="300" height="100"></svg></figure>'
        '<figure class="picture"><img alt="" src="data:image/svg+xml;base64,AAAA"></figure>'
    )
    browser.open(page.as_uri())
    drawing, image = browser.value(PICTURES)
    assert drawing["marks"] == 0
    assert image["loaded"] == 0
