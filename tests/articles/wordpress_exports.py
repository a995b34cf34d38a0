"""Exports to import, as WordPress writes them but smaller."""

from html import escape
from io import StringIO
from itertools import count

from django.core.management import call_command

BLOG = "https://old.example"
_number = count(100)
HEAD = f"""<?xml version="1.0" encoding="UTF-8" ?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>The Old Paper</title><link>{BLOG}</link><language>en-GB</language>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_site_url>{BLOG}</wp:base_site_url><wp:base_blog_url>{BLOG}</wp:base_blog_url>
"""
FOOT = "</channel></rss>\n"


def element(name, text):
    return f"<{name}><![CDATA[{text}]]></{name}>\n"


def author(login="erin", name="Erin Example", email="erin@old.example"):
    return (
        f"<wp:author>{element('wp:author_login', login)}{element('wp:author_email', email)}"
        f"{element('wp:author_display_name', name)}</wp:author>\n"
    )


def category(slug, name, parent="", number=""):
    return (
        f"<wp:category>{element('wp:term_id', number)}{element('wp:category_nicename', slug)}"
        f"{element('wp:category_parent', parent)}{element('wp:cat_name', name)}</wp:category>\n"
    )


def tag(slug, name):
    return f"<wp:tag>{element('wp:tag_slug', slug)}{element('wp:tag_name', name)}</wp:tag>\n"


def comment(number, text="Well said.", **fields):
    fields = {
        "author": "Charlie", "author_email": "charlie@old.example", "author_IP": "203.0.113.7",
        "date_gmt": "2020-05-02 08:00:00", "approved": "1", "type": "comment", "parent": "0", **fields,
    }  # fmt: skip
    inner = "".join(element(f"wp:comment_{name}", value) for name, value in fields.items())
    return f"<wp:comment>{element('wp:comment_id', number)}{element('wp:comment_content', text)}{inner}</wp:comment>\n"


def item(title="A story", body="<p>Words of the story.</p>", *, number=None, terms=(), meta=(), comments=(), **fields):
    number = number or next(_number)
    slug = fields.get("post_name", f"story-{number}")
    link = fields.pop("link", f"{BLOG}/2020/05/{slug}/")
    guid = fields.pop("guid", f"{BLOG}/?p={number}")
    creator, excerpt = fields.pop("creator", "erin"), fields.pop("excerpt", "")
    fields = {
        "post_date": "2020-05-01 12:00:00", "post_date_gmt": "2020-05-01 10:00:00", "comment_status": "open",
        "post_name": slug, "status": "publish", "post_parent": "0", "menu_order": "0", "post_type": "post",
        "post_password": "", "is_sticky": "0", **fields,
    }  # fmt: skip
    return (
        f"<item>{element('title', title)}{element('link', link)}{element('guid', guid)}{element('dc:creator', creator)}"
        f"{element('content:encoded', body)}{element('excerpt:encoded', excerpt)}{element('wp:post_id', number)}"
        + "".join(element(f"wp:{name}", value) for name, value in fields.items())
        + "".join(
            f'<category domain="{domain}" nicename="{escape(slug)}"><![CDATA[{name}]]></category>\n'
            for domain, slug, name in terms
        )
        + "".join(
            f"<wp:postmeta>{element('wp:meta_key', key)}{element('wp:meta_value', value)}</wp:postmeta>\n"
            for key, value in meta
        )
        + "".join(comments)
        + "</item>\n"
    )


def attachment(name="2020/05/bridge.jpg", title="Bridge", *, caption="", alt="", number=None, **fields):
    number = number or next(_number)
    url = f"{BLOG}/wp-content/uploads/{name}"
    meta = [("_wp_attachment_image_alt", alt), *fields.pop("meta", ())]
    return item(
        title, "", number=number, post_type="attachment", status="inherit", attachment_url=url, guid=url,
        link=f"{BLOG}/bridge-{number}/", excerpt=caption, meta=meta, **fields,
    )  # fmt: skip


def export(*parts):
    return HEAD + "".join(parts) + FOOT


def run(tmp_path, *parts, content=None, **options):
    """Import an export made of these parts; returns what the command said."""
    path = tmp_path / "export.xml"
    content = export(*parts) if content is None else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    out = StringIO()
    call_command("import_wordpress", path, stdout=out, stderr=StringIO(), **{"verbosity": 2, **options})
    return out.getvalue()
