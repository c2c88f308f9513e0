import asyncio
import ssl
from collections import deque
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kit.clock import utc_now
from kit.fetching import NotFetched, Rules, fetch, on_the_internet
from providers.fakes.http import HangUp, Reply, Server

HERE = "127.0.0.1"


class Names:
    """A resolver that says what the test says, one answer after the other, the last one for ever."""

    def __init__(self, **names):
        self.names = {name.replace("_", "."): deque(answers) for name, answers in names.items()}
        self.asked = []

    async def __call__(self, host, _port):
        self.asked.append(host)
        answers = self.names.get(host)
        if not answers:
            raise OSError
        return [answers.popleft() if len(answers) > 1 else answers[0]]


class Site:
    """One of our own on this machine, which plays the internet."""

    def __init__(self):
        self.calls = []
        self.replies = {}
        self.server = Server(self.answer)

    async def answer(self, call):
        self.calls.append(call)
        reply = self.replies[call.path]
        if reply is HangUp:
            raise HangUp
        if isinstance(reply, float):
            await asyncio.sleep(reply)
        return reply if isinstance(reply, Reply) else Reply(200, b"late")

    @property
    def port(self):
        return int(self.server.url.rpartition(":")[2])

    def rules(self, **changes):
        known = {"max_bytes": 1_000, "plain_http": True, "ports": frozenset({self.port}), "may": HERE.__eq__}
        return Rules(**known | changes)


@pytest.fixture
async def site():
    it = Site()
    await it.server.start()
    yield it
    await it.server.close()


async def refusal(*args, **options):
    with pytest.raises(NotFetched) as told:
        await fetch(*args, **options)
    return told.value.kind


async def test_what_is_at_a_public_address_is_fetched_under_its_name(site):
    site.replies["/a.png"] = Reply(200, b"bytes")
    names = Names(pictures_test=[HERE])
    got = await fetch(f"http://pictures.test:{site.port}/a.png?b=c#d", site.rules(), names)
    (call,) = site.calls
    assert (got.data, call.headers["host"], dict(call.query)) == (b"bytes", f"pictures.test:{site.port}", {"b": "c"})
    assert not {"cookie", "authorization", "referer"} & set(call.headers)


async def test_a_resolver_that_changes_its_mind_changes_nothing(site):
    site.replies["/a"] = Reply(200, b"bytes")
    names = Names(rebinding_test=[HERE, "10.0.0.1"])
    assert (await fetch(f"http://rebinding.test:{site.port}/a", site.rules(), names)).data == b"bytes"
    assert names.asked == ["rebinding.test"], "the name was resolved once, and the connection went to that address"
    assert await refusal(f"http://rebinding.test:{site.port}/a", site.rules(), names) == "not-public"
    assert len(site.calls) == 1


async def test_a_redirect_is_checked_like_the_first_address(site):
    inside = "http://inside.test:{port}/secret"
    site.replies["/moved"] = Reply(302, headers={"location": inside.format(port=site.port)})
    site.replies["/secret"] = Reply(200, b"secret")
    names = Names(outside_test=[HERE], inside_test=["10.0.0.1"])
    assert await refusal(f"http://outside.test:{site.port}/moved", site.rules(), names) == "not-public"
    assert [call.path for call in site.calls] == ["/moved"]


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://outside.test/", "gopher://x/", "http://[::1", "//u:p@x/"])
async def test_a_redirect_to_what_is_no_web_address_is_not_followed(site, to):
    site.replies["/moved"] = Reply(307, headers={"location": to})
    assert await refusal(f"http://{HERE}:{site.port}/moved", site.rules()) == "bad-url"


async def test_redirects_are_followed_so_far_and_no_further(site):
    for n in range(9):
        site.replies[f"/{n}"] = Reply(301, headers={"location": f"/{n + 1}"})
    site.replies["/9"] = Reply(200, b"there")
    assert (await fetch(f"http://{HERE}:{site.port}/4", site.rules())).data == b"there"
    assert await refusal(f"http://{HERE}:{site.port}/3", site.rules()) == "not-fetched"


async def test_it_is_enough_that_one_of_a_names_addresses_is_private(site):
    async def both(_host, _port):
        return [HERE, "192.168.0.1"]

    assert await refusal(f"http://both.test:{site.port}/", site.rules(), both) == "not-public"
    assert not site.calls


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/", "https://[fd00:ec2::254]/", "https://100.100.100.200/",
        "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://0.0.0.0/", "https://localhost/",
        "https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/",
        "https://127.0.0.1./", "https://\uff11\uff12\uff17.0.0.1/", "https://user:password@example.com/", "https://a@b@c/",
        "https://example.com:8080/", "https://example.com:22/", "file:///etc/passwd", "ftp://example.com/", "https://",
        "https:///a", "//example.com/", "example.com", "", "https://exa mple.com/", "https://example.com\\@127.0.0.1/",
        "https://example.com/\r\nHost: inside", "https://example.com:99999/", "https://[fe80::1%25eth0]/",
        "https://" + "a" * 3_000 + "/", "https://☃️\ud800/", "javascript:alert(1)", "data:image/png;base64,AAAA",
    ],
)  # fmt: skip
async def test_these_are_refused_before_anything_is_asked(url):
    async def resolve(host, _port):
        return {"localhost": ["127.0.0.1"]}.get(host, ["127.0.0.1"])

    assert await refusal(url, Rules(max_bytes=10), resolve) in {"bad-url", "not-public"}


async def test_too_much_is_not_read_to_its_end(site):
    site.replies["/said"] = Reply(200, b"x" * 1_001)
    site.replies["/unsaid"] = Reply(200, b"x" * 5_000_000, headers={"Content-Length": "", "Connection": "close"})
    assert await refusal(f"http://{HERE}:{site.port}/said", site.rules()) == "too-large"
    assert await refusal(f"http://{HERE}:{site.port}/unsaid", site.rules()) in {"too-large", "not-fetched"}


async def test_a_bomb_is_not_opened(site):
    site.replies["/bomb"] = Reply(200, b"\x1f\x8b", headers={"content-encoding": "gzip"})
    assert await refusal(f"http://{HERE}:{site.port}/bomb", site.rules()) == "not-fetched"


async def test_a_server_that_takes_its_time_is_given_up(site):
    site.replies["/slow"] = 30.0
    assert await refusal(f"http://{HERE}:{site.port}/slow", site.rules(within_s=0.2)) == "too-slow"
    assert await refusal(f"http://{HERE}:{site.port}/slow", site.rules(answer_s=0.2)) == "too-slow"


@pytest.mark.parametrize("reply", [Reply(404), Reply(500), Reply(206, b"part"), HangUp, Reply(302)])
async def test_what_is_not_there_is_not_fetched(site, reply):
    site.replies["/a"] = reply
    assert await refusal(f"http://{HERE}:{site.port}/a", site.rules()) == "not-fetched"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of good.test, signed by itself, and the trust in it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("good.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(pem)
    return served, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())


async def test_the_certificate_must_be_that_of_the_name(certificate):
    served, trusted = certificate

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nbytes")
        await writer.drain()
        writer.close()

    names = Names(good_test=[HERE], bad_test=[HERE])
    async with await asyncio.start_server(answer, HERE, 0, ssl=served) as server:
        port = server.sockets[0].getsockname()[1]
        rules = Rules(max_bytes=10, ports=frozenset({port}), may=HERE.__eq__, trust=trusted)
        assert (await fetch(f"https://good.test:{port}/", rules, names)).data == b"bytes"
        assert await refusal(f"https://bad.test:{port}/", rules, names) == "not-fetched"
        assert await refusal(f"https://good.test:{port}/", replace(rules, trust=None), names) == "not-fetched"


def test_an_address_with_a_zone_is_not_public():
    assert not on_the_internet("fe80::1%eth0")
