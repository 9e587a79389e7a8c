"""Work done by several threads at once, its results handed over in order and never far ahead of their use."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Event, Semaphore
from typing import TypeVar

T = TypeVar("T")
Job = Callable[[], Iterable[T]]


def in_order(jobs: Sequence[Job[T]], *, workers: int, waiting: int) -> Generator[Iterator[T], None, None]:
    """For each job in turn, an iterator over what it yields, while the jobs after it already run.

    Args:
        jobs: Called in threads; each yields its results.
        workers: Jobs that run at once.
        waiting: Results of one job that may wait to be used; then it pauses.

    What a job raises comes out of its iterator. Closing the generator stops all jobs.
    """
    stop = Event()
    with ThreadPoolExecutor(workers) as pool:
        ahead: deque[_Feed[T]] = deque()
        try:
            for job in jobs:
                ahead.append(_Feed(job, waiting, stop, pool))
                if len(ahead) > workers:
                    yield ahead.popleft()
            yield from ahead
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)  # leaving `with` waits for those that run


class _Feed(Iterator[T]):
    """What one job yields, on its way from the thread that makes it to the one that uses it."""

    def __init__(self, job: Job[T], waiting: int, stop: Event, pool: ThreadPoolExecutor) -> None:
        self._items: SimpleQueue[tuple[T] | None] = SimpleQueue()
        self._room = Semaphore(waiting)
        self._stop = stop
        self._done: Future[None] = pool.submit(self._make, job)
        self._done.add_done_callback(lambda _: self._items.put(None))

    def _make(self, job: Job[T]) -> None:
        for item in job():
            while not self._room.acquire(timeout=0.1):
                if self._stop.is_set():
                    return
            if self._stop.is_set():
                return
            self._items.put((item,))

    def __next__(self) -> T:
        item = self._items.get()
        if item is None:
            self._items.put(None)  # the end stays the end
            self._done.result()  # raises what the job raised
            raise StopIteration
        self._room.release()
        return item[0]
