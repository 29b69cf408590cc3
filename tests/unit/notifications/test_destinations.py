"""Where a webhook may go and where not, in every spelling of an address."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from premium.notifications.destinations import address_problem, problem, url_problem

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.8", "192.168.1.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1",
        "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
        "::ffff:0:7f00:1", "::ffff:0:a9fe:a9fe", "::ffff:0:a00:1", "64:ff9b:1:fffe::a00:1",
        "2001:4860:4860::5efe:a00:1", "4000::1", "2001:4860::200:5efe:7f00:1", "1::7f00:1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:db8::1", "fc00::1", "fd12::1", "fd00:ec2::254",
        "fe80::1", "fec0::1", "ff02::1", "100::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_closed(address: str) -> None:
    assert address_problem(ip_address(address), loopback=False)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101", "::ffff:0:101:101"]
)
def test_a_public_address_is_open(address: str) -> None:
    assert address_problem(ip_address(address), loopback=False) is None


@pytest.mark.parametrize(("address", "is_open"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)])
def test_the_local_stage_opens_loopback_and_no_more(address: str, is_open: bool) -> None:
    assert (address_problem(ip_address(address), loopback=True) is None) == is_open


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org", "javascript:alert(1)", "//example.org", "example.org", "http://", "https:///x",
        "http://user:secret@example.org", "http://user@example.org", "http://example.org/#here",
        "http://example.org\\@127.0.0.1/", "http://exa mple.org", "http://example.org/\r\nX: y", "http://exämple.org",
        "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
        "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[fe80::1%25eth0]/", "http://localhost/",
        "http://LOCALHOST./", "http://x.internal/", "http://metadata.google.internal/", "http://printer.local",
        "http://example.org:99999/", "http://[::1",
    ],
)  # fmt: skip
def test_a_url_that_leads_inside_or_astray_is_refused(url: str) -> None:
    assert url_problem(url, loopback=False)


@pytest.mark.parametrize("url", ["https://example.org/a?b=c", "http://example.org:8080", "https://1.1.1.1/x"])
def test_a_public_url_is_taken(url: str) -> None:
    assert url_problem(url, loopback=False) is None


@pytest.mark.parametrize(
    ("channel", "destination", "is_good"),
    [
        ("email", "ada@example.org", True),
        ("email", "ada@example", False),
        ("email", "ada@example.org\nBcc: eve@example.org", False),
        ("email", "ada@example.org,eve@example.org", False),
        ("telegram", "-100123", True),
        ("telegram", "@whales", True),
        ("telegram", "whales", False),
        ("slack", "https://hooks.slack.com/services/T01AB/B02CD/x5f2c9a1b7", True),
        ("slack", "http://hooks.slack.com/services/T01AB/B02CD/x5f2c9a1b7", False),
        ("slack", "https://hooks.slack.com.evil.example/services/T01AB/B02CD/x5f2c9a1b7", False),
        ("slack", "https://hooks.slack.com@evil.example/services/T01AB/B02CD/x5f2c9a1b7", False),
        ("slack", "https://hooks.slack.com/services/T01AB/../../x5f2c9a1b7", False),
        ("slack", "https://hooks.slack.com/services/T01AB/B02CD/x5f2c9a1b7?x=1", False),
        ("discord", "https://discord.com/api/webhooks/100000000000000000/token_of-the_webhook", True),
        ("discord", "https://canary.discord.com/api/v10/webhooks/100000000000000000/token_of-the_webhook", True),
        ("discord", "https://discordapp.com/api/webhooks/100000000000000000/token_of-the_webhook\n", False),
        ("discord", "https://discord.com:444/api/webhooks/100000000000000000/token_of-the_webhook", False),
        ("discord", "https://discord.com/api/webhooks/1/token_of-the_webhook", False),
        ("discord", "https://discord.com/api/webhooks/100000000000000000/token_of-the_webhook/github", False),
        ("sms", "+14155550123", True),
        ("sms", "4155550123", False),
        ("sms", "+0155550123", False),
        ("sms", "+1 415 555 0123", False),
        ("sms", "+\u0661\u0662\u0663\u0664\u0665\u0666\u0667", False),
        ("push", "dXk:APA91b-_", True),
        ("push", "a b", False),
        ("webhook", "https://example.org/" + "x" * 2048, False),
    ],
)
def test_each_channel_knows_its_addresses(channel: str, destination: str, is_good: bool) -> None:
    assert (problem(channel, destination, loopback=False) is None) == is_good


@pytest.mark.parametrize("port", ["0", "1", "22", "25", "81", "110", "445", "1023"])
def test_ports_of_other_services_are_no_webhooks(port: str) -> None:
    assert "port" in str(url_problem(f"https://example.org:{port}/a", loopback=False))
    assert "port" in str(url_problem(f"http://127.0.0.1:{port}/a", loopback=True))


@pytest.mark.parametrize("port", ["80", "443", "8443", "1024", "8080", "65535"])
def test_the_other_ports_are(port: str) -> None:
    assert url_problem(f"https://example.org:{port}/a", loopback=False) is None
