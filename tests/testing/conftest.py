"""One way to say that a check must catch something, and that it says what to change."""

import pytest

from inrkit.testing import ContractError


@pytest.fixture
def caught():
    """``caught(check, thing, "expected", ...)``: the check fails, in one line, with all these words."""

    def expect(check, thing, *words, **more):
        with pytest.raises(ContractError) as found:
            check(thing, **more)
        error = found.value
        for word in words:
            assert word in str(error)
        assert error.expected and error.found and error.change.endswith((".", "?"))
        assert "\n" not in str(error)
        return error

    return expect
