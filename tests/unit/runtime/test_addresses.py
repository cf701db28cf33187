"""Which addresses may be reached."""

import ipaddress

import pytest

from services.runtime.http.addresses import AddressRefusedError, reachable, refusal


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "198.18.0.1",
        "::1",
        "fd12:3456::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
    ],
)
def test_private_addresses_are_refused_unless_the_source_says_otherwise(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert refusal(address, allow_private=False) == "is private"
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "192.0.2.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "::7f00:1",
    ],
)
def test_metadata_link_local_and_multicast_addresses_are_refused_always(text: str) -> None:
    address = ipaddress.ip_address(text)
    assert refusal(address, allow_private=False) == "is reserved"
    assert refusal(address, allow_private=True) == "is reserved"


@pytest.mark.parametrize(
    "text",
    ["93.184.215.14", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses_may_be_reached(text: str) -> None:
    assert refusal(ipaddress.ip_address(text), allow_private=False) is None


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "127.0.0.1", "::1"])
def test_odd_spellings_of_loopback_are_refused_by_what_they_resolve_to(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="is private and is not asked"):
        reachable(host, 80, allow_private=False, timeout_s=5)


def test_a_host_with_one_refused_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", ("93.184.215.14", 80)), (0, 0, 0, "", ("10.0.0.1", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(AddressRefusedError, match=r"board\.example \(10\.0\.0\.1\) is private"):
        reachable("board.example", 80, allow_private=False, timeout_s=5)
