"""Those who wait for a store that one may write to at a time get in one after another."""

import threading
import time

from chassis.storage.dialects.write_lock import WriteLock


def test_who_comes_again_waits_behind_those_who_wait_already():
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


def test_many_threads_never_meet():
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
