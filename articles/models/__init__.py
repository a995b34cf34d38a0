from articles.models.address import FormerAddress
from articles.models.article import Article, Byline, PastPublication
from articles.models.author import Author
from articles.models.category import Category, SectionEditor
from articles.models.correction import Correction
from articles.models.dossier import Dossier, Part, RelatedChoice
from articles.models.editing import EditingSession
from articles.models.frontpage import BreakingNews, FrontChange, Placement, ZoneRule
from articles.models.imported import ImportedItem
from articles.models.listing import Listing, Month
from articles.models.live import LiveUpdate
from articles.models.many import BulkChange
from articles.models.newsletter import Subscriber
from articles.models.note import Note
from articles.models.page import Page
from articles.models.picture import Collection, Illustration, Keyword, Picture, PictureKeyword
from articles.models.reading import ReadCount, Recommendation
from articles.models.recording import Attachment, Document, Recording
from articles.models.revision import Revision, WorkingCopy
from articles.models.share import DraftShare, SignOff
from articles.models.site import SiteLink, SiteSettings
from articles.models.staff import DeskProfile
from articles.models.tag import ArticleTag, Tag
from articles.models.token import ApiToken
from articles.models.transition import Transition

__all__ = [
    "ApiToken",
    "Article",
    "ArticleTag",
    "Attachment",
    "Author",
    "BreakingNews",
    "BulkChange",
    "Byline",
    "Category",
    "Collection",
    "Correction",
    "DeskProfile",
    "Document",
    "Dossier",
    "DraftShare",
    "EditingSession",
    "FormerAddress",
    "FrontChange",
    "Illustration",
    "ImportedItem",
    "Keyword",
    "Listing",
    "LiveUpdate",
    "Month",
    "Note",
    "Page",
    "Part",
    "PastPublication",
    "Picture",
    "PictureKeyword",
    "Placement",
    "ReadCount",
    "Recommendation",
    "Recording",
    "RelatedChoice",
    "Revision",
    "SectionEditor",
    "SignOff",
    "SiteLink",
    "SiteSettings",
    "Subscriber",
    "Tag",
    "Transition",
    "WorkingCopy",
    "ZoneRule",
]
