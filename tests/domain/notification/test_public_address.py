"""Addresses a notification may go to, and those it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notification.public_address import is_address, is_public

REFUSED = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.255.0.9",
    "loopback, IPv6": "::1",
    "private 10": "10.1.2.3",
    "private 172": "172.16.0.1",
    "private 192": "192.168.1.1",
    "unique local": "fd00:ec2::254",
    "link-local": "169.254.0.1",
    "metadata service": "169.254.169.254",
    "Azure's platform": "168.63.129.16",
    "link-local, IPv6": "fe80::1",
    "link-local with a zone": "fe80::1%eth0",
    "site-local": "fec0::1",
    "shared by carriers": "100.64.0.1",
    "another cloud's metadata": "100.100.100.200",
    "multicast": "224.0.0.1",
    "multicast, IPv6": "ff02::1",
    "unspecified": "0.0.0.0",
    "this network": "0.1.2.3",
    "unspecified, IPv6": "::",
    "broadcast": "255.255.255.255",
    "reserved": "240.0.0.1",
    "documentation": "203.0.113.7",
    "benchmarks": "198.18.0.1",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped metadata": "::ffff:a9fe:a9fe",
    "compatible loopback": "::127.0.0.1",
    "6to4 of private": "2002:0a01:0203::1",
    "NAT64 of loopback": "64:ff9b::7f00:1",
    "NAT64 of Azure's platform": "64:ff9b::a83f:8110",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "a name": "localhost",
    "nothing": "",
    "octal": "0177.0.0.1",
    "one number": "2130706433",
}
PUBLIC = ["8.8.8.8", "172.32.0.1", "100.63.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_public_is_refused(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize("text", [*PUBLIC, "64:ff9b::808:808"])
def test_the_public_internet_is_not(text: str) -> None:
    assert is_public(text)


@given(st.ip_addresses(v=4))
def test_an_address_carried_in_another_is_judged_by_itself(inner: object) -> None:
    assert is_public(f"::ffff:{inner}") == is_public(str(inner))
    assert is_public(f"64:ff9b::{inner}") == is_public(str(inner))


def test_names_and_addresses_are_told_apart() -> None:
    assert is_address("10.0.0.1")
    assert is_address("fe80::1")
    assert not is_address("10.0.0.1.example.com")
    assert not is_address("2130706433")
