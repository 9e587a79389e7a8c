"""`--devices N`: so many processes of the same command, which end together, whatever ends one of them.

torchrun does as much for many machines. Here a signal is passed on once, processes have the time that a checkpoint
takes, the one that failed is heard, and its exit code is that of the command. It needs no torch itself, and so little
memory.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from types import FrameType

import typer

from inrkit.errors import BadInput, InrkitError
from inrkit.place import place

ELSEWHERE = 120
"""The exit code of a process that ends because another one has failed."""

GRACE = 5.0
"""Seconds that the others have, once one has failed, and again after they were asked to end."""

ECHO = 1.0
"""Seconds in which further signals are the same one: `timeout`, for one, sends it to a process and to its group."""

LAUNCHED = "INRKIT_LAUNCHED"
"""Set where stdin is a pipe from the process that started this one."""

command_line: list[str] = []
"""The words after ``inrkit``."""


def in_processes(devices: int | None) -> None:
    """Go on if this process is to do the work itself; else start those that do, and leave with their exit code.

    Args:
        devices: How many are asked for; None: whatever this process was started in.

    Raises:
        BadInput: It is not 1 or more, or not what torchrun or `accelerate launch` started.
        InrkitError: One of them was killed.
    """
    here = place()
    if devices is None or devices == here.size:
        return
    if isinstance(devices, bool) or not isinstance(devices, int) or devices < 1:
        raise BadInput(f"--devices should be a whole number, 1 or more, not {devices!r}")
    if here.size > 1:
        raise BadInput(f"--devices {devices}: this is {here}, started by something else", "Leave it out.")
    raise typer.Exit(Crew([sys.executable, "-m", "inrkit", *command_line], devices).wait())


def watch_launcher() -> None:
    """Let this process end as if by SIGTERM when the one that started it is gone, however it went."""
    if LAUNCHED in os.environ:
        threading.Thread(target=_wait_for_its_end, daemon=True).start()


def _wait_for_its_end() -> None:
    os.read(0, 1)  # nothing is ever written: it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


class Crew:
    """Some processes that work together.

    Args:
        command: What each of them runs.
    """

    def __init__(self, command: Sequence[str], count: int) -> None:
        self._count = count
        self._signals: list[int] = []
        self._first = 0.0  # when it came
        self._processes: list[subprocess.Popen[bytes]] = []
        numbers = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}
        self._closing = ExitStack()
        for number in numbers:
            self._closing.callback(signal.signal, number, signal.signal(number, self._pass_on))
        theirs, alive = os.pipe()
        self._closing.callback(os.close, alive)  # open as long as this process lives
        self._said = [self._closing.enter_context(tempfile.TemporaryFile()) for _ in range(count)]  # noqa: SIM115
        common = _environment(count)
        for rank in range(count):
            self._processes.append(
                subprocess.Popen(
                    command,
                    env=common | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
                    stdin=theirs,
                    stdout=None if rank == 0 else subprocess.DEVNULL,
                    stderr=None if rank == 0 else self._said[rank],
                    start_new_session=True,  # a Ctrl-C comes here alone, and is passed on once
                )
            )
        os.close(theirs)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        """The first signal is passed on; one that comes later ends everything."""
        now = time.monotonic()
        if not self._signals:
            self._signals, self._first = [number], now
            self._send(signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
        elif now - self._first > ECHO:
            self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(number)

    def wait(self) -> int:
        """The exit code, once all have ended.

        Raises:
            InrkitError: One was killed by something else.
        """
        deadline, asked = float("inf"), False
        killed: dict[int, int] = {}
        while any(process.poll() is None for process in self._processes):
            time.sleep(0.05)
            if deadline == float("inf") and any(process.poll() for process in self._processes):
                deadline, killed = time.monotonic() + GRACE, self._killed()
            if time.monotonic() > deadline and not self._signals:  # who was told to end may have much to save
                self._send(signal.SIGKILL if asked else signal.SIGTERM)
                deadline, asked = time.monotonic() + GRACE, True
        with self._closing:
            return self._outcome(killed or ({} if asked else self._killed()))

    def _killed(self) -> dict[int, int]:
        """Process to the signal that ended it."""
        return {rank: -process.returncode for rank, process in enumerate(self._processes) if (process.poll() or 0) < 0}

    def _outcome(self, killed: dict[int, int]) -> int:
        codes = [process.returncode for process in self._processes]
        if self._signals and any(code < 0 for code in codes):
            return 128 + self._signals[0]
        for rank, number in killed.items():
            raise InrkitError(
                f"process {rank} of {self._count} was killed by {_name(number)}, so all were ended",
                "What was saved is whole: the same command with --resume goes on. SIGKILL often means: no more memory.",
            )
        causes = [rank for rank, code in enumerate(codes) if code > 0 and code != ELSEWHERE]
        if causes and causes[0]:  # the first speaks for itself
            self._said[causes[0]].seek(0)
            sys.stderr.write(self._said[causes[0]].read().decode(errors="replace"))
        return codes[causes[0]] if causes else max(map(abs, codes))


def _environment(count: int) -> dict[str, str]:
    """What torchrun sets, too, and for each process its share of the cores."""
    own = {"WORLD_SIZE": str(count), "LOCAL_WORLD_SIZE": str(count), LAUNCHED: "1"}
    own |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    loopback = [name for _, name in socket.if_nameindex() if name in ("lo", "lo0")]
    chosen = {
        "OMP_NUM_THREADS": str(max(1, _cores() // count)),
        **({"GLOO_SOCKET_IFNAME": loopback[0]} if loopback else {}),
    }
    return chosen | os.environ | own


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
