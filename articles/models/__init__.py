from articles.models.address import FormerAddress
from articles.models.article import Article, Byline
from articles.models.author import Author
from articles.models.category import Category
from articles.models.frontpage import Placement
from articles.models.imported import ImportedItem
from articles.models.page import Page
from articles.models.picture import Collection, Illustration, Keyword, Picture, PictureKeyword
from articles.models.recording import Attachment, Document, Recording
from articles.models.site import SiteLink, SiteSettings
from articles.models.tag import ArticleTag, Tag

__all__ = [
    "Article",
    "ArticleTag",
    "Attachment",
    "Author",
    "Byline",
    "Category",
    "Collection",
    "Document",
    "FormerAddress",
    "Illustration",
    "ImportedItem",
    "Keyword",
    "Page",
    "Picture",
    "PictureKeyword",
    "Placement",
    "Recording",
    "SiteLink",
    "SiteSettings",
    "Tag",
]
