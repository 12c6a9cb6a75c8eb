"""Requests to real servers: what is sent, what comes back, where nothing goes."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter import outgoing
from newsletter.outgoing import Limits, OutgoingError

from ..internet import PRIVATE, PUBLIC, Names, Server, internet, read_request, reset, serve

LIMITS = Limits(seconds=5, high_ports=True)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
NAMES = {"paper.example": [[PUBLIC]], "other.example": [[PUBLIC]]}


@pytest.fixture(autouse=True)
def names() -> Iterator[Names]:
    with internet(NAMES) as known:
        yield known


@pytest.fixture
def secret() -> Iterator[Server]:
    """What only this machine may reach."""
    with serve(OK, host=PRIVATE) as server:
        yield server
        assert server.connections == 0


def get(url: str, limits: Limits = LIMITS, **kwargs: object) -> outgoing.Response:
    return outgoing.request("GET", url, limits=limits, **kwargs)  # type: ignore[arg-type]


def trouble(url: str, limits: Limits = LIMITS) -> str:
    """The code of what is wrong, as it would stand in a log."""
    with pytest.raises(OutgoingError) as caught:
        get(url, limits)
    return str(caught.value)


def moved(location: str, status: int = 302, more: str = "") -> bytes:
    return f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n{more}\r\n".encode()


# What is sent, what comes back -----------------------------------------------------------------


def test_a_request_and_its_response() -> None:
    answer = b"HTTP/1.1 201 Made\r\nX-A: 1\r\nx-a: 2\r\nX-Long: a\r\n  b\r\n\r\nbody"
    with serve(answer) as server:
        url = f"http://paper.example:{server.port}/a?b#c"
        response = get(url, headers={"Accept": "text/html", "X-Own": "é"})
    assert response == outgoing.Response(
        201, {"x-a": "1, 2", "x-long": "a\r\n  b"}, b"body", url.removesuffix("#c")
    )
    assert server.asked == [
        f"GET /a?b HTTP/1.1\r\nHost: paper.example:{server.port}\r\nUser-Agent: Sudi\r\n"
        "Accept: text/html\r\nX-Own: é\r\nAccept-Encoding: identity\r\nConnection: close\r\n"
        "\r\n".encode("latin-1")
    ]


def test_a_body_is_sent_as_it_is() -> None:
    body = bytes(range(256)) * 4000
    with serve(OK) as server:
        response = outgoing.request(
            "POST", server.url, body=body, headers={"Content-Type": "a/b"}, limits=LIMITS
        )
    assert response.body == b"hi"
    head, _, sent = server.asked[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Length: 1024000" in head.split(b"\r\n")
    assert sent == body


def test_an_empty_body_says_that_it_is_empty() -> None:
    with serve(OK) as server:
        outgoing.request("POST", server.url, body=b"", limits=LIMITS)
    assert b"\r\nContent-Length: 0\r\n" in server.asked[0]


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd", b"abc"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
         b"2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: x\r\n\r\n", b"abc"),
        (b"HTTP/1.0 200 OK\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 200\r\n\r\n", b""),
        (b"HTTP/1.1 204 None\r\nContent-Length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 404 Gone\r\nContent-Encoding: identity\r\n\r\nabc", b"abc"),
        # Told to go on though nobody waits for it, and early hints (RFC 8297).
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\n"
         b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", b"abc"),
    ],
)  # fmt: skip
def test_every_way_to_frame_a_body(answer: bytes, body: bytes) -> None:
    with serve(answer) as server:
        assert get(server.url).body == body


def test_head_has_no_body_whatever_it_says() -> None:
    with serve(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n") as server:
        response = outgoing.request("HEAD", server.url, limits=LIMITS)
    assert (response.status, response.body) == (200, b"")


def test_a_body_nobody_wants_is_not_read() -> None:
    def flood(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n")
        server.flood(sock, b"x" * 65536)

    with serve(flood) as server:
        assert get(server.url, Limits(seconds=5, body=0, high_ports=True)).body == b""


def test_a_server_that_answers_in_pieces_is_waited_for() -> None:
    def slow(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        for octet in OK:
            sock.sendall(bytes([octet]))
            time.sleep(0.005)

    with serve(slow) as server:
        assert get(server.url).body == b"hi"


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example"}, {"content-length": "5"}, {"Transfer-Encoding": "chunked"},
     {"Cookie": "a=b"}, {"Connection": "keep-alive"}, {"X": "a\r\nY: b"}, {"X\r\nY": "a"},
     {"X": "a\x00"}, {"X": "€"}, {"": "a"}, {"X Y": "a"}, {"X:": "a"}],
)  # fmt: skip
def test_headers_no_caller_may_set(headers: dict[str, str]) -> None:
    with serve(OK) as server, pytest.raises(ValueError, match="header"):
        get(server.url, headers=headers)
    assert server.connections == 0


def test_a_body_belongs_to_post() -> None:
    with pytest.raises(ValueError, match="POST"):
        get("http://paper.example/", body=b"x")
    with pytest.raises(ValueError, match="POST"):
        outgoing.request("POST", "http://paper.example/")


def test_no_proxy_and_no_password_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    with serve(OK) as proxy, serve(OK) as server:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        (tmp_path / ".netrc").write_text("default login a password b\n")  # type: ignore[operator]
        monkeypatch.setenv("HOME", str(tmp_path))
        get(server.url)
    assert (proxy.connections, server.connections) == (0, 1)
    assert b"uthorization" not in server.asked[0]


# Where nothing goes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "code"),
    [
        (PRIVATE, "blocked: address"),
        ("[::1]", "blocked: address"),
        ("[::ffff:127.0.0.1]", "blocked: address"),
        ("[::127.0.0.1]", "blocked: address"),
        ("[64:ff9b::7f00:1]", "blocked: address"),
        ("１２７.0.0.1", "blocked: address"),
        ("0.0.0.0", "blocked: address"),
        ("inside.example", "blocked: address"),
        ("mixed.example", "blocked: address"),
        ("hidden.example", "blocked: address"),
        ("localhost", "bad-url: host"),
        ("2130706433", "bad-url: host"),
        ("0x7f.1", "bad-url: host"),
        ("0177.0.0.1", "bad-url: host"),
        ("127.0.0.1.", "bad-url: host"),
        ("paper.example@127.0.0.1", "bad-url: credentials"),
        ("nowhere.example", "unknown-host"),
    ],
)
@pytest.mark.parametrize("redirected", [False, True])
def test_what_only_this_machine_reaches_is_never_asked(
    host: str, code: str, redirected: bool, secret: Server
) -> None:
    names = {
        **NAMES,
        "inside.example": [[PRIVATE]],
        "mixed.example": [[PUBLIC, PRIVATE]],
        "hidden.example": [["::ffff:7f00:1"]],
    }
    url = f"http://{host}:{secret.port}/"
    with internet(names), serve(moved(url)) as server:
        assert trouble(server.url if redirected else url) == code


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/latest/meta-data/", "blocked: address"),
        ("http://[fd00:ec2::254]/", "blocked: address"),
        ("http://paper.example:25/", "blocked: port"),
        ("//127.0.0.1/", "blocked: address"),
        ("file:///etc/passwd", "bad-url: scheme"),
        ("gopher://paper.example/", "bad-url: scheme"),
        ("http://a:b@paper.example/", "bad-url: credentials"),
        ("http://paper.example\t.evil.example/", "bad-url: characters"),
        ("http://[::1", "bad-url: host"),
        ("/" + "a" * 9000, "bad-url: length"),
        ("/a\r\nLocation: /b", "bad-response: location"),
    ],
)
def test_a_redirect_that_is_not_followed(location: str, code: str) -> None:
    with serve(moved(location)) as server:
        assert trouble(server.url) == code
        assert server.connections == 1


def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_was_checked(
    secret: Server,
) -> None:
    """DNS rebinding: public when it is checked, this machine from then on."""
    with (
        socket.create_server((PUBLIC, secret.port)) as public,
        internet({"turning.example": [[PUBLIC], [PRIVATE]]}) as names,
    ):

        def answer() -> None:
            sock, _ = public.accept()
            read_request(sock)
            sock.sendall(OK)
            sock.close()

        threading.Thread(target=answer, daemon=True).start()
        assert get(f"http://turning.example:{secret.port}/").status == 200
        assert names.asked == ["turning.example"]
        # The next request asks anew, and is not made.
        assert trouble(f"http://turning.example:{secret.port}/") == "blocked: address"


def test_a_redirect_to_the_same_name_is_checked_anew(secret: Server) -> None:
    with serve(moved("/again")) as server, internet({"turning.example": [[PUBLIC], [PRIVATE]]}):
        assert trouble(f"http://turning.example:{server.port}/") == "blocked: address"
        assert server.connections == 1


def test_the_next_address_is_tried_when_one_takes_no_connection() -> None:
    with serve(OK) as server, internet({"two.example": [["127.0.0.3", PUBLIC]]}, public=PUBLICS):
        assert get(f"http://two.example:{server.port}/").status == 200


PUBLICS = (PUBLIC, "127.0.0.3")


@pytest.mark.parametrize(
    ("port", "high", "allowed"),
    [(80, False, True), (443, False, True), (8080, False, False), (25, True, False),
     (22, False, False), (1023, True, False), (1024, True, True), (65535, True, True)],
)  # fmt: skip
def test_which_ports_are_asked(port: int, high: bool, allowed: bool) -> None:
    assert Limits(high_ports=high).allow_port(port) is allowed


def test_a_port_that_is_not_asked() -> None:
    with serve(OK) as server:
        assert trouble(server.url, Limits(seconds=5)) == "blocked: port"
        assert server.connections == 0


# Redirects -------------------------------------------------------------------------------------


def test_redirects_are_followed_as_often_as_allowed() -> None:
    answers = [moved(f"/{n}") for n in range(5)] + [OK]
    with serve(answers) as server:
        assert get(server.url).url == f"{server.url}/4"
    with serve([moved(f"/{n}") for n in range(6)]) as server:
        assert trouble(server.url) == "too-many-redirects"
        assert server.connections == 6


def test_a_circle_ends() -> None:
    with serve(moved("/")) as server:
        assert trouble(server.url) == "too-many-redirects"
        assert server.connections == 6


def test_without_redirects_a_redirect_is_the_response() -> None:
    with serve(moved("http://127.0.0.1/")) as server:
        assert get(server.url, Limits(redirects=0, high_ports=True)).status == 302
        assert server.connections == 1


def test_a_redirect_sets_no_cookie_and_carries_no_credentials_elsewhere() -> None:
    with serve(OK) as second:
        location = f"http://other.example:{second.port}/"
        with serve(moved(location, more="Set-Cookie: a=b\r\n")) as first:
            get(f"http://paper.example:{first.port}/", headers={"Authorization": "Bearer k"})
    assert b"Authorization: Bearer k" in first.asked[0]
    assert b"Bearer" not in second.asked[0]
    assert b"ookie" not in second.asked[0]
    assert b"Referer" not in second.asked[0]


def test_a_body_that_is_kept_and_one_that_is_not() -> None:
    with serve([moved("/there", 307), moved("/done", 303), OK]) as server:
        outgoing.request("POST", server.url, body=b"x=1", limits=LIMITS)
    lines = [(one.split(b" HTTP")[0], one.partition(b"\r\n\r\n")[2]) for one in server.asked]
    assert lines == [(b"POST /", b"x=1"), (b"POST /there", b"x=1"), (b"GET /done", b"")]


def test_the_body_of_a_redirect_is_not_read() -> None:
    def flood(server: Server, sock: socket.socket) -> None:
        if b"/done" in read_request(sock):
            sock.sendall(OK)
            return
        sock.sendall(b"HTTP/1.1 302 Moved\r\nLocation: /done\r\n\r\n")
        server.flood(sock, b"x" * 65536)

    with serve(flood) as server:
        assert get(server.url).body == b"hi"


# What is no response ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "unreachable"),
        (b"\r\n", "bad-response: http"),
        (b"220 mail.example ESMTP\r\n", "bad-response: http"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "bad-response: http"),
        (b"HTTP/1.1 two hundred\r\n\r\n", "bad-response: http"),
        (b"HTTP/1.1 99 Low\r\n\r\n", "bad-response: http"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "bad-response: http"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n", "bad-response: switch"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "bad-response: cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b", "bad-response: encoding"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n", "bad-response: http"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n", "too-large: body"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n", "too-large: body"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1048577, "too-large: body"),
    ],
)
def test_what_is_no_response(answer: bytes, code: str) -> None:
    with serve(answer) as server:
        assert trouble(server.url) == code


@pytest.mark.parametrize(
    "chunks",
    [b"", b"zz\r\nab\r\n", b"-5\r\nabcde", b"-1\r\nabcde\r\n0\r\n\r\n", b"5\r\nab",
     b"ffffffffffffffffffff\r\nab", b"5" * 70000],
)  # fmt: skip
def test_garbage_for_chunks(chunks: bytes) -> None:
    with serve(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks) as server:
        assert trouble(server.url).startswith(("bad-response", "too-large"))


@pytest.mark.parametrize("part", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", OK[:-1]])
def test_a_connection_that_is_reset(part: bytes) -> None:
    def cut(server: Server, sock: socket.socket) -> None:
        read_request(sock)
        sock.sendall(part)
        time.sleep(0.05)
        reset(sock)

    with serve(cut) as server:
        assert trouble(server.url) == "unreachable"


def test_a_port_where_nobody_listens() -> None:
    with serve(OK) as server:
        pass
    assert trouble(server.url) == "unreachable"


def test_the_largest_body_and_the_largest_head_that_are_allowed() -> None:
    limits = Limits(seconds=5, head=1000, body=1000, high_ports=True)
    head = b"HTTP/1.1 200 OK\r\nX: " + b"x" * 976 + b"\r\n\r\n"
    assert len(head) == 1000
    with serve(head + b"y" * 1000) as server:
        assert len(get(server.url, limits).body) == 1000
    with serve(head.replace(b"X:", b"XX:") + b"y") as server:
        assert trouble(server.url, limits) == "too-large: head"
    with serve(head + b"y" * 1001) as server:
        assert trouble(server.url, limits) == "too-large: body"


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from(
            [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 C\r\n\r\n", b"Transfer-Encoding: chunked\r\n",
             b"Content-Length: 5\r\n", b"Content-Length: -5\r\n", b"\r\n", b"a\r\n", b"0\r\n",
             b"Location: http://[\r\n", b"HTTP/1.1 302 M\r\n", b" folded\r\n", b"\x00\xff",
             b":\r\n", b"Content-Encoding: \r\n", b"HTTP/1.1 ", b"\n"]
        )
        | st.binary(max_size=20),
        max_size=8,
    )
)  # fmt: skip
def test_any_octets_are_a_response_or_one_of_our_errors(pieces: Sequence[bytes]) -> None:
    with serve(b"".join(pieces)) as server, contextlib.suppress(OutgoingError):
        get(server.url)


def test_no_error_repeats_the_servers_words() -> None:
    words = "<script>\r\nX: 2026-01-01 INFO all is well"
    for answer in (words, f"HTTP/1.1 {words}", f"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n{words}"):
        with serve(f"{answer}\r\n\r\n".encode()) as server, pytest.raises(OutgoingError) as caught:
            get(server.url)
        assert str(caught.value) in ("bad-response: http", "bad-response: cut")
        assert caught.value.__context__ is None or caught.value.__suppress_context__
