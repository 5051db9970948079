"""Ports of the loopback address."""

import socket

from shared.embedded.ports import PORT_FIRST, PORT_LAST, choose_port, is_free


def test_a_port_in_use_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        assert not is_free(stranger.getsockname()[1])


def test_a_port_of_a_finished_server_with_fading_connections_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        client = socket.create_connection(address)
        accepted, _ = server.accept()
    accepted.close()  # The side that closes first keeps the port in TIME_WAIT.
    client.close()

    assert is_free(address[1])


def test_a_chosen_port_is_free_and_none_of_those_given() -> None:
    taken = set(range(PORT_FIRST, PORT_LAST - 200))

    port = choose_port(taken)

    assert port not in taken
    assert is_free(port)
