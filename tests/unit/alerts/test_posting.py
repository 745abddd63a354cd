"""One request goes to the address that was checked, by TLS, within its seconds, and nowhere else."""

from __future__ import annotations

import socket
import time

import pytest

from fenji.alerts.addresses import AddressRefused, checked_address
from fenji.alerts.outcomes import failed
from fenji.alerts.posting import MOST_BYTES, Reach, Reply, post, refusal
from fixtures.receivers import HERE, LOOPBACK, certificate_of, dripping, receiving


def resolving(monkeypatch, *answers):
    """Has every name resolve to the addresses of the next answer; the last one stays."""
    left, real = list(answers), socket.getaddrinfo

    def found(host, port, *more, **named):
        if not host.endswith((".example", ".internal")):
            return real(host, port, *more, **named)
        addresses = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr("fenji.alerts.addresses.socket.getaddrinfo", found)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
     "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:a9fe:a9fe::"],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_internet_are_refused(address, monkeypatch):
    resolving(monkeypatch, [address])
    with pytest.raises(AddressRefused, match="private_address"):
        checked_address("innocent.example", 443, ())


def test_a_public_address_passes_and_one_private_among_public_ones_is_refused(monkeypatch):
    resolving(monkeypatch, ["223.5.5.5"])
    assert checked_address("open.example", 443, ()) == ("223.5.5.5", False)
    resolving(monkeypatch, ["223.5.5.5", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        checked_address("both.example", 443, ())


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "localhost", "[::1]", "0177.0.0.1"])
def test_other_ways_of_writing_this_machine_are_refused(host):
    assert post(f"https://{host}/", b"", {}, Reach()).status in {"private_address", "name_not_found"}


def test_a_network_that_is_allowed_is_reached_and_its_neighbour_is_not(monkeypatch):
    resolving(monkeypatch, ["10.1.2.3"])
    assert checked_address("crm.internal", 443, ("10.1.2.0/24",)) == ("10.1.2.3", True)
    resolving(monkeypatch, ["10.1.3.3"])
    with pytest.raises(AddressRefused):
        checked_address("crm.internal", 443, ("10.1.2.0/24",))


def test_a_name_that_resolves_elsewhere_a_moment_later_changes_nothing(monkeypatch):
    with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2])
        # The first answer is allowed; whoever asked once more would be led to an address where nobody listens.
        resolving(monkeypatch, ["127.0.0.1"], ["127.0.0.9"])
        reply = post(f"http://rebinding.example:{port}/hook", b"x", {}, Reach(("127.0.0.1/32",), seconds=5))
    assert isinstance(reply, Reply)
    assert receiver.requests[0].headers["host"] == f"rebinding.example:{port}"


def test_plain_http_is_for_allowed_networks_only(monkeypatch):
    resolving(monkeypatch, ["223.5.5.5"])
    assert post("http://open.example/", b"", {}, Reach()) == failed("https_only")
    assert refusal("http://open.example/", Reach()) == "https_only"
    assert refusal("https://open.example/", Reach()) is None


def test_a_name_without_address_and_an_address_that_is_none():
    assert post("https://nowhere.invalid/", b"", {}, Reach()) == failed("name_not_found")
    assert refusal("https://nowhere.invalid/", Reach()) is None
    assert post("https://host:port/", b"", {}, HERE) == failed("address_unreadable")


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert post(f"http://127.0.0.1:{taken.getsockname()[1]}/", b"", {}, HERE) == failed("no_connection")


def test_a_redirect_is_answered_as_it_is_and_not_followed():
    with receiving() as target, receiving(lambda _request: (302, {"location": target.url}, b"")) as receiver:
        reply = post(receiver.url, b"x", {}, HERE)
    assert (reply.status, len(receiver.requests), target.requests) == (302, 1, [])


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nx-slow: "])
def test_an_answer_that_drips_in_is_cut_off(head):
    with dripping(head) as url:
        began = time.monotonic()
        assert post(url, b"x", {}, Reach(LOOPBACK, seconds=0.6)) == failed("timeout")
    assert time.monotonic() - began < 3


def test_a_receiver_that_says_nothing_is_cut_off():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert post(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"x", {}, Reach(LOOPBACK, seconds=0.5)) == failed("timeout")


def test_no_more_than_a_part_of_a_large_answer_is_read():
    with receiving(lambda _request: (200, {}, b"x" * 3_000_000)) as receiver:
        assert len(post(receiver.url, b"x", {}, HERE).body) == MOST_BYTES


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return certificate_of("crm.example", tmp_path_factory.mktemp("tls"))


def test_the_certificate_must_be_that_of_the_name(certificate, monkeypatch):
    serving, trusting = certificate
    with receiving(tls=serving) as receiver:
        port = receiver.url.rpartition(":")[2]
        resolving(monkeypatch, ["127.0.0.1"])
        reach = Reach(LOOPBACK, 5, trusting)
        assert post(f"https://crm.example:{port}/", b"x", {}, reach).status == 204
        assert post(f"https://other.example:{port}/", b"x", {}, reach) == failed("tls")
        assert post(f"https://crm.example:{port}/", b"x", {}, Reach(LOOPBACK, 5)) == failed("tls")
    assert len(receiver.requests) == 1
