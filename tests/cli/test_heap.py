"""Threads that work at once share a heap, where the C library would give each its own."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

COUNT_HEAPS = """
import ctypes, sys, threading
from audiobook.cli.heap import share_one_heap

if sys.argv[2] == "shared":
    share_one_heap()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
met = threading.Barrier(4)

def work():
    met.wait()
    libc.malloc(ctypes.c_size_t(2_000))
    met.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def heaps(folder: Path, how: str) -> int:
    path = folder / how
    subprocess.run([sys.executable, "-c", COUNT_HEAPS, path, how], check=True)
    return path.read_text().count("<heap ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone has several heaps")
def test_threads_share_a_heap(tmp_path: Path) -> None:
    assert heaps(tmp_path, "shared") == 1
    assert heaps(tmp_path, "each its own") > 1
