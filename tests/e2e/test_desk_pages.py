"""What must hold on every page of the desk: accessible and within the window. It runs beside the pages of readers."""

import pytest

from tests.e2e.test_every_page import DESK, check, paths  # noqa: F401  (paths is a fixture)


@pytest.mark.parametrize("width", [1280, 320])
def test_the_desk_is_accessible_and_fits(open_page, audit, paths, width):  # noqa: F811
    page = open_page("/desk/", role="admin", width=width, guest=True)
    check(page, {kind: paths[kind] for kind in DESK}, lambda: audit(page))
