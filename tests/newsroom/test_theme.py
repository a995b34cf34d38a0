"""What the theme may weigh, and what the strict Content-Security-Policy forbids in its templates."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings

SITE = settings.BASE_DIR / "static" / "site"
TEMPLATES = settings.BASE_DIR / "templates"
FONTS_OF_A_PAGE = ("newsreader-display", "newsreader-text", "newsreader-italic", "public-sans")


def compressed(*files):
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def templates():
    """Templates of pages; letters know no stylesheet and carry their styles with them."""
    return sorted(file for file in TEMPLATES.rglob("*.html") if TEMPLATES / "email" not in file.parents)


def test_styles_fit_into_the_first_ten_packets_of_an_answer():
    compressed = brotli.compress((SITE / "site.css").read_bytes(), mode=brotli.MODE_TEXT)
    assert len(compressed) + 600 <= 10 * 1460  # with its headers


def test_only_the_first_script_stands_in_a_page_and_the_policy_names_it(client, db):
    response = client.get("/")
    [script] = re.findall(r"<script>(.*?)</script>", response.text)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_scripts_weigh_at_most_10_kilobytes():
    assert compressed(*SITE.glob("*.js")) <= 10 * 1024


def test_fonts_of_a_page_weigh_at_most_50_kibibytes():
    assert sum((SITE / "fonts" / f"{name}.woff2").stat().st_size for name in FONTS_OF_A_PAGE) <= 50 * 1024


def test_fonts_come_with_their_licences():
    assert {"newsreader-LICENSE.txt", "public-sans-LICENSE.txt"} <= {file.name for file in (SITE / "fonts").iterdir()}


def test_styles_load_nothing_from_elsewhere_and_embed_nothing():
    addresses = re.findall(r"url\(([^)]*)\)", (SITE / "site.css").read_text())
    assert addresses
    assert all((SITE / address.strip("\"'")).is_file() for address in addresses)


def test_every_icon_named_in_a_template_is_drawn():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (SITE / "icons.svg").read_text()))
    named = {
        name
        for file in templates()
        for name in re.findall(r'components/icon\.html" with name="([^"]+)"', file.read_text())
    }
    assert named <= drawn


@pytest.mark.parametrize("file", templates(), ids=lambda file: str(file.relative_to(TEMPLATES)))
def test_template_has_no_inline_style_or_script(file):
    text = file.read_text()
    assert not re.search(r"""\sstyle=["']""", text)
    assert not re.search(r"""\son[a-z]+=["']""", text)
    assert not re.search(r"<style\b", text)


@pytest.mark.parametrize("file", sorted(Path(TEMPLATES / "components").glob("*.html")), ids=lambda file: file.name)
def test_component_begins_with_what_it_expects(file):
    assert file.read_text().startswith(("{#", "{% comment %}"))
