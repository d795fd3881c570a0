import pytest

from reachapi_emulator.logs import masked_url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://user:word@a.example/hook", "http://****@a.example/hook"),
        ("https://user@a.example:8443/", "https://****@a.example:8443/"),
        ("http://u:p@w@a.example/", "http://****@a.example/"),
        ("http://@a.example/", "http://****@a.example/"),
        ("http://u:p@a.example/u:p@b?x=u:p@c", "http://****@a.example/u:p@b?x=u:p@c"),
    ],
)
def test_user_and_password_are_masked(url: str, expected: str) -> None:
    """However odd, and nowhere else."""
    assert expected == masked_url(url)


@pytest.mark.parametrize(
    "url", ["http://a.example/hook", "http://a.example/@b?c=d@e", "http://[::1]:80/?"]
)
def test_a_url_without_is_left_alone(url: str) -> None:
    """An @ elsewhere is no secret's end."""
    assert url == masked_url(url)
