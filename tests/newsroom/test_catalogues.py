"""The catalogues of locale/: every word that readers see is in each of them, translated, and compiled."""

import ast
import gettext
import re
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent.parent
LANGUAGES = sorted(path.name for path in (ROOT / "locale").iterdir())
# As for `make messages`: the desk speaks English, and Django translates its own words.
SOURCES = [
    path
    for folder in ("newsroom", "articles", "comments", "templates")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".py", ".html", ".txt"} and not {"admin", "desk"} & set(path.relative_to(ROOT).parts)
]
# How many of the first arguments are a context, and how many are words.
FUNCTIONS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (0, 1)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (0, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (1, 1)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (1, 2)),
}
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_CALL = re.compile(rf"\b(?:{'|'.join(FUNCTIONS)})\((?:[^()'\"]|{_QUOTED})*\)", re.S)
_ENTRY = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\]) ((?:".*"\n?)+)', re.M)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|(?<!&)#(?!\w)")


def words_of(path):
    """What a file gives to be translated: context, words, and words of the plural."""
    text = path.read_text()
    if path.suffix == ".py":
        trees = [ast.parse(text)]
    else:
        trees = [ast.parse(call[0]) for call in _CALL.finditer(templatize(text, origin=str(path)))]
    for node in (node for tree in trees for node in ast.walk(tree)):
        name = isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", None))
        if name in FUNCTIONS:
            contexts, number = FUNCTIONS[name]
            said = [ast.literal_eval(argument) for argument in node.args[: contexts + number]]
            yield (said[0] if contexts else "", *said[contexts:], *([""] * (2 - number)))


def entries(language):
    """What the catalogue in words says: {(context, words, plural): [translations]}, and what is marked as a guess."""
    found, fuzzy = {}, []
    for block in (ROOT / f"locale/{language}/LC_MESSAGES/django.po").read_text().split("\n\n"):
        lines = {name: "".join(map(ast.literal_eval, text.split("\n"))) for name, text in parts(block)}
        key = (lines.get("msgctxt", ""), lines.get("msgid", ""), lines.get("msgid_plural", ""))
        found[key] = [text for name, text in lines.items() if name.startswith("msgstr")]
        fuzzy += [key] if re.search(r"^#,.*\bfuzzy\b", block, re.M) else []
    return found, fuzzy


def parts(block):
    return [(name, text.strip()) for name, text in _ENTRY.findall(block)]


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def test_each_language_beside_english_has_a_catalogue():
    assert sorted(code for code, _ in settings.LANGUAGES if not code.startswith("en")) == LANGUAGES


def test_every_word_of_the_source_is_in_the_catalogue_and_no_other(language):
    wanted = {words for path in SOURCES for words in words_of(path)}
    assert len(wanted) > 200
    assert entries(language)[0].keys() - {("", "", "")} == wanted, "`make messages` brings them up to date"


def test_every_word_is_translated_and_none_is_a_guess(language):
    found, fuzzy = entries(language)
    assert not fuzzy
    assert not [key for key, texts in found.items() if not all(texts)]


def test_translations_keep_what_is_put_into_them(language):
    wrong = []
    for (_, singular, plural), texts in entries(language)[0].items():
        for number, text in enumerate(texts):
            kept, wanted = (set(_PLACEHOLDER.findall(words)) for words in (text, plural or singular))
            # A form for one thing alone may say its number in a word.
            is_right = kept <= wanted if plural and number == 0 else kept == wanted
            wrong += [] if is_right or not singular else [(singular, text)]
            wrong += [] if text.count("<") == singular.count("<") or not singular else [(singular, text)]
    assert not wrong


def test_the_compiled_catalogue_says_the_same(language):
    with (ROOT / f"locale/{language}/LC_MESSAGES/django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    written = {}
    for (context, singular, plural), texts in entries(language)[0].items():
        key = f"{context}\x04{singular}" if context else singular
        written |= {(key, number): text for number, text in enumerate(texts)} if plural else {key: texts[0]}
    assert compiled == written, "`make messages` compiles it"


def test_words_of_the_desk_are_left_as_django_has_them(language):
    """A word of ours without a context takes the place of Django's own, on the desk too."""
    ours = {singular: texts for (context, singular, _), texts in entries(language)[0].items() if not context}
    django_itself = Path(django.__file__).parent
    changed = []
    for path in [
        django_itself / f"conf/locale/{language}/LC_MESSAGES/django.mo",
        *(django_itself / f"contrib/{app}/locale/{language}/LC_MESSAGES/django.mo" for app in ("admin", "auth")),
    ]:
        with path.open("rb") as file:
            theirs = gettext.GNUTranslations(file)._catalog
        changed += [words for words in ours.keys() & theirs.keys() if words and [theirs[words]] != ours[words]]
    assert not changed, "give them a context"


# Straight marks, and those of other languages; the closing mark of German is the opening one of English.
@pytest.mark.parametrize(("language", "foreign"), [("de", r"[\"'«»‘]|^[^„]*“"), ("fr", r"[\"'“”„]")])
def test_quotation_marks_are_those_of_the_language(language, foreign):
    assert not [text for text in printed(language) if re.search(foreign, text)]


def test_french_puts_spaces_that_do_not_break_before_its_marks():
    wrong = r"[^\xa0][;?!:»]|«[^\xa0]"
    assert not [text for text in printed("fr") if re.search(wrong, text.replace("?since=", ""))]


def printed(language):
    """The translations without the elements in them."""
    return [re.sub(r"<[^<>]*>", "", text) for key, texts in entries(language)[0].items() if key[1] for text in texts]
