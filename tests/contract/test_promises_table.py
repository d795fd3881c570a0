import pytest

from contract.promises import PROMISES
from contract.table import KEY, Promise
from support.contract.client import Vendor


def _marked(promise: Promise) -> object:
    marks = [pytest.mark.promise(promise.source, promise.label)]
    if promise.emulator_only:
        marks.append(pytest.mark.emulator_only)
    return pytest.param(promise, id=promise.id, marks=marks)


@pytest.mark.parametrize("promise", [_marked(each) for each in PROMISES])
def test_promise(vendor: Vendor, promise: Promise) -> None:
    request, good = promise.request, vendor.key or ""
    headers = {n: text.replace(KEY, good) for n, text in request.headers.items()}
    path = request.path.replace(KEY, good)
    asked = vendor if request.key == KEY else vendor.under(request.key)

    answer = asked.send(request.method, path, request.body, headers)

    assert promise.expected == answer.given
