"""A living Jupyter kernel: errors, completion, progress, interruption and restart."""

from __future__ import annotations

import queue
import re
import time

import pytest
from jupyter_client.manager import start_new_kernel
from processes import alive, recorded, within, workers

LONG = 'nmx.simulate("lif_neuron", "step", i_in=[1e-9, 2e-9], duration=5.0{options})'
"""Minutes of work for two workers."""

PATIENCE = 60.0


class Kernel:
    """A kernel, and what it answers."""

    def __init__(self, folder):
        self.manager, self.client = start_new_kernel(cwd=str(folder))

    @property
    def pid(self):
        return self.manager.provisioner.pid

    def tell(self, code):
        """Start a cell; return its number."""
        return self.client.execute(code)

    def said(self, number):
        """Wait for the end of a cell; return its messages by kind."""
        found = {}
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return found
            found.setdefault(kind, []).append(content)

    def run(self, code):
        return self.said(self.tell(code))

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    started = Kernel(tmp_path_factory.mktemp("kernel"))
    started.run("import neuromix as nmx")
    yield started
    started.close()


def plain(content):
    """Return the lines of an error as a notebook shows them."""
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(content["traceback"])).splitlines()


def test_an_error_is_a_few_lines_and_names_the_users_own(kernel):
    said = kernel.run('x = 1\nnmx.simulate("lif_neurn", "step")')
    lines = plain(said["error"][0])
    assert lines[0] == 'line 2: nmx.simulate("lif_neurn", "step")'
    assert lines[1] == "UnknownName: no cell named 'lif_neurn'"
    assert lines[-1].startswith("  try: lif_neuron")
    assert len(lines) == 4


def test_an_error_while_something_is_shown_is_not_ipythons(kernel):
    kernel.run(
        "class Broken:\n    def __repr__(self):\n        raise nmx.NeuromixError('it is broken')"
    )
    said = kernel.run("Broken()")
    assert plain(said["error"][0]) == [
        "line 3: raise nmx.NeuromixError('it is broken')",
        "NeuromixError: it is broken",
    ]


def test_cells_are_completed(kernel):
    for code, expected in (
        ("nmx.cells.lif", "lif_neuron"),
        ('nmx.cells["lif', "lif_neuron"),
        ("nmx.char", "characterize"),
    ):
        kernel.client.complete(code)
        reply = kernel.client.get_shell_msg(timeout=PATIENCE)
        while reply["msg_type"] != "complete_reply":
            reply = kernel.client.get_shell_msg(timeout=PATIENCE)
        assert any(match.endswith(expected) for match in reply["content"]["matches"]), code


def test_values_show_themselves(kernel):
    said = kernel.run("nmx.cells.lif_neuron")
    data = said["execute_result"][0]["data"]
    assert data["text/plain"].startswith("Cell(lif_neuron: 8 ports")
    assert "<table>" in data["text/html"]


def test_progress_is_one_output_that_is_renewed(kernel):
    said = kernel.run(
        "import time\n"
        "from neuromix.display.progress import watching\n"
        "with watching(None) as told:\n"
        "    for done in range(30):\n"
        "        told(done, 30, 'work')\n"
        "        time.sleep(0.05)\n"
    )
    assert len(said["display_data"]) == 1
    assert 2 <= len(said["update_display_data"]) <= 12
    assert said["update_display_data"][-1]["data"]["text/plain"].startswith("29 of 30 runs in")
    assert "stream" not in said


@pytest.mark.ngspice
@pytest.mark.promise("R15")
def test_an_interrupt_ends_the_workers_and_says_what_was_kept(kernel, tmp_path):
    for _ in range(2):  # the kernel goes on after the first
        number = kernel.tell(LONG.format(options=""))
        assert within(PATIENCE, lambda: len(workers(kernel.pid)) == 2)
        busy = workers(kernel.pid)
        time.sleep(0.3)
        kernel.manager.interrupt_kernel()
        started = time.monotonic()
        said = kernel.said(number)
        assert time.monotonic() - started < 3.0
        lines = plain(said["error"][0])
        assert lines[0].startswith("line 1: nmx.simulate(")
        assert lines[1].startswith("interrupted: 0 of 2 runs were done")
        assert len(lines) == 2
        assert not any(alive(pid) for pid in busy)


@pytest.mark.ngspice
def test_an_interrupted_campaign_goes_on(kernel, tmp_path):
    code = f'nmx.characterize("dac_synapse", nmx.Plan(samples=50), store={str(tmp_path)!r})'
    number = kernel.tell(code)
    assert within(PATIENCE, lambda: recorded(tmp_path) > 3)
    kernel.manager.interrupt_kernel()
    said = kernel.said(number)
    text = plain(said["error"][0])[1]
    done = int(re.search(r"interrupted: (\d+) of \d+ runs were done", text)[1])
    assert 0 < done <= recorded(tmp_path)
    assert str(tmp_path) in text
    assert len(said.get("display_data", ())) <= 1


@pytest.mark.ngspice
@pytest.mark.parametrize("now", [True, False], ids=["killed", "asked to go"])
@pytest.mark.promise("R15")
def test_a_restart_leaves_no_worker(tmp_path, now):
    kernel = Kernel(tmp_path)
    try:
        kernel.run("import neuromix as nmx")
        kernel.tell(LONG.format(options=""))
        assert within(PATIENCE, lambda: len(workers(kernel.pid)) == 2)
        busy = workers(kernel.pid)
        kernel.manager.restart_kernel(now=now)
        assert within(3.0, lambda: not any(alive(pid) for pid in busy))
        kernel.client.wait_for_ready(timeout=PATIENCE)
        assert "error" not in kernel.run("import neuromix as nmx")
    except queue.Empty:
        pytest.fail("the kernel does not answer")
    finally:
        kernel.close()
