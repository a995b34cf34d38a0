from articles.admin import address, article, author, category, frontpage, page, picture, site, tag, users

__all__ = ["address", "article", "author", "category", "frontpage", "page", "picture", "site", "tag", "users"]
