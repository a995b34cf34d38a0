"""What an editor may put in a body; each form is one that newsroom.html keeps.

The names are those of static/editor/newsroom.js: the ones of django-prose-editor, some with attributes taken away or
added, and Gallery, Preformatted, Embed, Footnote, Foreign and Languages, which are our own.
"""

EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "Strike": True,
    "Subscript": True,
    "Superscript": True,
    "Code": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Blockquote": True,
    "HorizontalRule": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "Table": True,
    "TableRow": True,
    "TableHeader": True,
    "TableCell": True,
    "Figure": True,
    "Caption": True,
    "Image": True,
    "Gallery": True,
    "Preformatted": True,
    "Embed": True,
    "Footnote": True,
    "Foreign": True,
    "Languages": True,
    "History": True,
    "HTML": True,
    "SpecialCharacters": True,
    "Fullscreen": True,
    "NoSpellCheck": False,
    "Menu": {
        "groups": [
            {"group": "headings"},
            {"group": "marks"},
            {"group": "link"},
            {"group": "lists"},
            {"group": "nodes -blockType -lists"},
            {"group": "insert"},
            {"group": "table"},
            {"group": "history"},
            {"group": "utility"},
        ]
    },
}

# For texts that are words alone, such as a transcript.
PROSE = {
    name: EXTENSIONS[name]
    for name in (
        "Bold", "Italic", "Heading", "BulletList", "OrderedList", "ListItem", "Blockquote", "HardBreak", "Link",
        "History", "HTML",
    )
}  # fmt: skip
