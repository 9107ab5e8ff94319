"""Test servers that run at the same time get different ports."""

from __future__ import annotations

import itertools
import socket

from testing.servers.ports import free_ports, ports_of


def test_no_two_workers_of_a_run_have_a_port_in_common() -> None:
    told = [set(ports_of(f"gw{number}")) for number in range(4)]
    assert all(len(ports) > 1_000 for ports in told)
    assert [pair for pair in itertools.combinations(told, 2) if pair[0] & pair[1]] == []


def test_a_port_is_given_out_once() -> None:
    told = free_ports(30) + free_ports(30)
    assert len(set(told)) == 60


def test_a_port_in_use_is_not_given_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_ports(1)[0]))
        taken.listen()
        round_about = len(ports_of("gw0"))
        assert taken.getsockname()[1] not in free_ports(round_about)
