"""Fill in the desk's forms as a browser does: whatever the page came with goes back."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self, form_id):
        super().__init__()
        self.form_id, self.inside = form_id, False
        self.fields, self.area, self.select = {}, None, None
        self.buttons, self.quiet = [], 0

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form":
            self.inside = given.get("id") == self.form_id
        if tag == "noscript":
            self.quiet += 1
        if not self.inside or self.quiet:
            return
        name = given.get("name")
        if tag == "input" and name:
            kind = given.get("type")
            if kind == "submit":
                self.buttons.append(name)
            elif kind not in ("checkbox", "radio") or "checked" in given:
                self.fields.setdefault(name, []).append(given.get("value", ""))
        elif tag == "button" and name:
            self.buttons.append(name)
        elif tag == "textarea" and name:
            self.area = name
            self.fields[name] = [""]
        elif tag == "select" and name:
            self.select = name
            self.fields.setdefault(name, [])
        elif tag == "option" and self.select and "selected" in given:
            self.fields[self.select].append(given.get("value", ""))

    def handle_endtag(self, tag):
        if tag == "noscript":
            self.quiet -= 1
        elif tag == "form":
            self.inside = False
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = None

    def handle_data(self, data):
        if self.area and self.inside:
            self.fields[self.area][0] += data


def read(response, form_id="article_form"):
    parser = _Fields(form_id)
    parser.feed(response.content.decode())
    # A browser drops the line feed that comes first in a textarea.
    return {
        name: [value.removeprefix("\n") for value in values] for name, values in parser.fields.items()
    }, parser.buttons


def buttons(response, form_id="article_form"):
    return read(response, form_id)[1]


def send(client, address, form_id="article_form", press="_save", **changes):
    fields, _ = read(client.get(address), form_id)
    return client.post(address, {**fields, **changes, press: "1"})


def words(response):
    """What the page says, without tags and in one line."""
    from django.utils.html import strip_tags

    return " ".join(strip_tags(response.content.decode()).split())
