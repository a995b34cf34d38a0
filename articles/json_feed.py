"""JSON Feed 1.1 (https://jsonfeed.org/version/1.1), as Django's feeds write RSS and Atom."""

import json

from django.utils.feedgenerator import SyndicationFeed, rfc3339_date

VERSION = "https://jsonfeed.org/version/1.1"


class JSONFeed(SyndicationFeed):
    """What an item has besides comes as keywords: `content`, `summary`, `authors`, `language` and `picture`."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile, encoding):
        told = {
            "version": VERSION,
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["description"],
            "language": self.feed["language"],
        }
        items = [_filled(self.told(item)) for item in self.items]
        outfile.write(json.dumps({**_filled(told), "items": items}, ensure_ascii=False).encode(encoding))

    def told(self, item):
        picture = item.get("picture") or {}
        return {
            "id": item["unique_id"],
            "url": item["link"],
            "title": item["title"],
            "content_html": item["content"],
            "summary": item.get("summary"),
            "image": picture.get("url"),
            "date_published": item["pubdate"] and rfc3339_date(item["pubdate"]),
            "date_modified": item["updateddate"] and rfc3339_date(item["updateddate"]),
            "authors": item.get("authors") or ([{"name": item["author_name"]}] if item["author_name"] else None),
            "tags": list(item["categories"]),
            "language": item.get("language"),
            "attachments": [
                {"url": one.url, "mime_type": one.mime_type, "size_in_bytes": int(one.length)}
                for one in item["enclosures"]
            ],
            # The format has no place for whose picture it is: what begins with a line is ours.
            "_picture": _filled(picture),
        }


def _filled(told):
    return {name: value for name, value in told.items() if value}
