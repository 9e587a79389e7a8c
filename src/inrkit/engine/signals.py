"""Ctrl-C and SIGTERM: finish the step, save, then leave with the code that shells expect."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from inrkit.errors import InrkitError


class Stopped(InrkitError):
    """Work was stopped by a signal, after saving. Exit code 128 + signal: 130 for Ctrl-C, 143 for SIGTERM."""

    def __init__(self, number: int, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.exit_code = 128 + number


class _Terminated(BaseException):
    """SIGTERM, where it is to end what is being done at once. No Exception, so that nothing takes it for an error."""


@contextmanager
def stop_at_once(message: str, hint: str) -> Iterator[None]:
    """Within this context SIGINT and SIGTERM end the work where it is, and become a :class:`Stopped`.

    For work of which nothing needs to be saved; files that are written whole or not at all are left as they were.
    """
    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except (KeyboardInterrupt, _Terminated) as error:
        number = signal.SIGTERM if isinstance(error, _Terminated) else signal.SIGINT
        raise Stopped(number, message, hint) from error
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)  # a second one ends the process
    raise _Terminated


class StopSignals:
    """Within this context the first SIGINT or SIGTERM is only noted, in `received`; a second one acts as usual.

    Args:
        patient: Let all others be noted as well. Of several processes each may get one from a terminal and one from
            their launcher, and would leave the others before all have saved.
    """

    def __init__(self, patient: bool = False) -> None:
        self.received: int | None = None
        self._patient = patient
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received = number
        if not self._patient:
            self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
