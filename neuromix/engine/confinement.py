"""What a worker process may do: little memory, small files, no life after its parent."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from pathlib import Path

from neuromix.engine.messages import FOLDER_PREFIX

LARGEST_LOG = 1_000_000
"""Bytes of a file that a worker may write; ngspice can be made to print without end."""

_PARENT_LOOK = 0.5


def follow_parent() -> None:
    """End this process when its parent is gone, even in the middle of a run."""
    parent = os.getppid()

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(_PARENT_LOOK)
        leave_nothing()
        os._exit(1)

    threading.Thread(target=look, daemon=True).start()


def leave_nothing() -> None:
    """Remove the working folder that the parent made, for a parent that can no longer do it."""
    here = Path.cwd()
    if here.name.startswith(FOLDER_PREFIX):
        shutil.rmtree(here, ignore_errors=True)


def limit(memory: int) -> None:
    """Keep a crash, a flood of output or a huge circuit from taking the machine along."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for kind, most in ((resource.RLIMIT_FSIZE, LARGEST_LOG), (resource.RLIMIT_AS, memory)):
            _, hard = resource.getrlimit(kind)
            largest = most if hard == resource.RLIM_INFINITY else min(hard, most)
            resource.setrlimit(kind, (largest, hard))
