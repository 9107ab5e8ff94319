"""Threads get the write lock of a store in the order in which they ask."""

import threading
import time

from chassis.storage.dialects.write_lock import WriteLock


def test_waiting_threads_go_first_in_order():
    turn, order = WriteLock(), []

    def write(name: str) -> None:
        with turn:
            order.append(name)

    with turn:
        threads = [threading.Thread(target=write, args=(name,), daemon=True) for name in ("first", "second")]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
    with turn:
        order.append("again")
    for thread in threads:
        thread.join(60)
    assert order == ["first", "second", "again"]


def test_only_one_thread_holds_the_lock():
    turn, inside, met = WriteLock(), [], []

    def write() -> None:
        for _ in range(200):
            with turn:
                inside.append(1)
                met.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=write, daemon=True) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert met == [1] * 1600
