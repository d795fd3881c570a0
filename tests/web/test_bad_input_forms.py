"""JSON that the control forms cannot take: unknown keys, wrong types, bounds."""

import pytest

from support.bodies import NUMBERS, TEXTS
from support.raw import Address, ask, request
from support.surfaces import flaw

pytest_plugins = ["support.sturdy"]

LONG = b'"' + b"x" * 5_000 + b'"'
ABSURD = [n for n in NUMBERS if n not in {b"-0", b"0", b"%d" % 2**31}]
SPANS = (b"-1", b"-1e-9", b"601", b"1e308", b"-1e308", b"%d" % 2**64)
OWN_INBOX = b'"inbox:"'
NO_URLS = (
    *TEXTS,
    *(b'"hook"', b'"//host/"', b'"ftp://host/"', b'"file:///etc/passwd"', b'"http:"'),
    *(b'"http://"', b'"http:///x"', b'"http://[::1"', b'"http://h:0/"'),
    *(b'"http://h:99999/"', b'"http://h:-1/"', b'"http://h:x/"', b'"http://h/a b"'),
    *(b'"http://h/\\u0000"', b'"http://h/\\r\\nX: y"', b'"http://h/\\u202e"'),
    *(OWN_INBOX, b'"inbox:../reset"', b'"inbox:a/b"', b'"inbox:%00"', b'"INBOX:x"'),
    *(b'"http://h/%b"' % (b"x" * 5_000), b'"inbox:%b"' % (b"x" * 101)),
    *(b"1", b"true", b"[]", b"{}"),
)
REFUSED = {
    "POST /reset": [
        *(b'{"scope":"everything"}', b'{"scope":null}', b'{"scope":["all"]}'),
        *(b'{"account":1}', b'{"account":["demo"]}', b'{"all":true}'),
        b'{"scope":"all","Scope":"journal"}',
    ],
    "POST /accounts": [
        *(b'{"id":%b}' % text for text in TEXTS),
        *(b'{"id":%b}' % text for text in (b'"-a"', b'"a/b"', b'"a b"', b'"\\u00e9"')),
        *(b'{"id":%b}' % text for text in (b'"a\\n"', b'"test-%00"', b"1", b"[]")),
        *(b'{"credits":%b}' % number for number in ABSURD),
        *(b'{"credits":"5"}', b'{"credits":true}', b'{"credits":[]}'),
        *(b'{"name":%b}' % text for text in (LONG, b"null", b"1", b"{}")),
        *(b'{"api_key":"mine"}', b'{"":1}', b'{"id\\u0000":"a"}'),
        *(b'{"webhook":%b}' % value for value in (b"true", b'"http://h/"', b"[]")),
        *(b'{"webhook":{"active":%b}}' % value for value in (b"1", b"null", b'"no"')),
        *(b'{"webhook":{"secret":"s"}}', b'{"id":"a","id":"-"}'),
        *(b'{"webhook":{"url":%b}}' % url for url in NO_URLS if url != OWN_INBOX),
    ],
    "PATCH /accounts/demo": [
        *(b'{"credits":%b}' % number for number in ABSURD),
        *(b'{"name":"x","credits":%b}' % value for value in (b"null", b'"5"', b"-1")),
        *(b'{"suspended":%b}' % value for value in (b"0", b"1", b"null", b'"true"')),
        *(b'{"id":"other"}', b'{"reserved":5}', b'{"suspended":true,"x":1}'),
    ],
    "PUT /accounts/demo/webhook": [
        *(b'{"url":%b}' % url for url in NO_URLS),
        *(b"{}", b'{"active":true}', b'{"url":null,"active":1}', b'{"url":null,"x":1}'),
    ],
    "POST /jobs/1300/wait": [
        *(b'{"timeout":%b}' % span for span in SPANS),
        *(b'{"timeout":0,"state":%b}' % text for text in (*TEXTS, b'"done"', b"1")),
        *(b'{"timeout":0,"attempts":%b}' % n for n in (*ABSURD, b"0", b'"1"', b"[]")),
        *(b'{"timeout":null}', b'{"timeout":"0"}', b'{"timeout":0,"job":1}'),
    ],
    "POST /requests/wait": [
        *(b'{"timeout":%b}' % span for span in SPANS),
        *(b'{"timeout":0,"status":%b}' % n for n in (*ABSURD, b"0", b"99", b"600")),
        *(b'{"timeout":0,"count":%b}' % n for n in (*ABSURD, b"0", b"1001", b"null")),
        *(b'{"timeout":0,"operation":%b}' % text for text in (*TEXTS, b"1", b"[]")),
        *(b'{"timeout":0,"account":%b}' % value for value in (b"1", b"[]", b"{}")),
    ],
    "PATCH /clock": [
        *(b"{}", b'{"frozen":null}', b'{"frozen":1}', b'{"frozen":"false"}'),
        *(b'{"frozen":[]}', b'{"frozen":false,"now":0}'),
    ],
    "POST /clock/advance": [
        *(b"{}", b'{"seconds":-1}', b'{"seconds":-1e-5}', b'{"seconds":1e12}'),
        *(b'{"seconds":1e308}', b'{"seconds":-1e308}', b'{"seconds":%d}' % 10**30),
        *(b'{"seconds":"1"}', b'{"seconds":null}', b'{"seconds":true}'),
        b'{"seconds":1,"minutes":1}',
    ],
    "PUT /inbox/shelf/script": [
        *(b"{}", b"[[]]", b"[{}, 1]", b'[{"status":"200"}]', b'[{"status":null}]'),
        *(b'[{},{"status":%b}]' % number for number in (*ABSURD, b"100", b"600")),
        *(b'[{},{"delay_s":%b}]' % n for n in (*SPANS, b"null", b'"1"')),
        *(b'[{"drop":1}]', b'[{"delay":1}]', b'[{"status":200,"status":-1}]'),
        b"[%b{}]" % (b"{}," * 1_000),
    ],
}


@pytest.mark.parametrize("route", REFUSED)
def test_what_a_form_refuses(unharmed: Address, route: str) -> None:
    """What a form does not name, or out of its bounds, is refused as a whole."""
    method, path = route.split()
    target = f"/_emulator{path}"
    replies = {
        body: ask(unharmed, request(method, target, body)) for body in REFUSED[route]
    }

    assert dict.fromkeys(REFUSED[route], (400, "")) == {
        body: (reply.status, flaw(reply, target)) for body, reply in replies.items()
    }
