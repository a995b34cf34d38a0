"""The providers whose players may stand in a body. The Content-Security-Policy names the same hosts."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Provider:
    name: str
    host: str
    address: re.Pattern[str]
    path: Callable[[re.Match[str]], str]
    kind: str = "video"


@dataclass(frozen=True)
class Embed:
    """A player: whose it is, what a frame would have to load, and whether that is "audio" or "video"."""

    provider: str
    src: str
    kind: str


def find(url: str) -> Embed | None:
    """Return the player for the address that a provider shows in the browser; None where we know none."""
    for provider in PROVIDERS:
        if found := provider.address.match(url):
            return Embed(provider.name, provider.host + provider.path(found), provider.kind)
    return None


def _youtube(found: re.Match[str]) -> str:
    start = re.search(r"[?&#](?:t|start)=(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,6})s?)?", found.string)
    hours, minutes, seconds = (int(part or 0) for part in start.groups()) if start else (0, 0, 0)
    offset = hours * 3600 + minutes * 60 + seconds
    return f"/embed/{found['id']}" + (f"?start={offset}" if offset else "")


def _vimeo(found: re.Match[str]) -> str:
    # An unlisted film has a key besides its number; dnt asks not to be tracked.
    key = found["key"] or found["h"]
    return f"/video/{found['id']}?dnt=1" + (f"&h={key}" if key else "")


def _soundcloud(found: re.Match[str]) -> str:
    return f"/player/?url={quote('https://soundcloud.com/' + found['sound'], safe='')}&show_comments=false"


def _apple(found: re.Match[str]) -> str:
    return f"/{found['land']}/podcast/id{found['id']}" + (f"?i={found['episode']}" if found["episode"] else "")


PROVIDERS = (
    Provider(
        "YouTube",
        "https://www.youtube-nocookie.com",
        re.compile(
            r"https?://(?:(?:(?:www|m|music)\.)?youtube(?:-nocookie)?\.com/"
            r"(?:watch/?\?(?:[^#\s]*&)?v=|shorts/|live/|embed/)|youtu\.be/)(?P<id>[\w-]{11})(?![\w-])",
            re.ASCII,
        ),
        _youtube,
    ),
    Provider(
        "Vimeo",
        "https://player.vimeo.com",
        re.compile(
            r"https?://(?:(?:www|player)\.)?vimeo\.com/(?:video/|channels/[\w-]+/|groups/[\w-]+/videos/)?"
            r"(?P<id>\d{1,12})(?![\w-])(?:/(?P<key>[0-9a-f]+))?(?:\?(?:[^#\s]*&)?h=(?P<h>[0-9a-f]+))?",
            re.ASCII,
        ),
        _vimeo,
    ),
    Provider(
        "SoundCloud",
        "https://w.soundcloud.com",
        # A sound or a set of them; one kept from the public has a key at its end.
        re.compile(
            r"https?://(?:(?:www|m)\.)?soundcloud\.com/"
            r"(?P<sound>[\w-]+/(?:sets/[\w-]+|(?!sets(?![\w-]))[\w-]+)(?:/s-\w+)?)/?(?=[?#]|$)",
            re.ASCII,
        ),
        _soundcloud,
        "audio",
    ),
    Provider(
        "Spotify",
        "https://open.spotify.com",
        re.compile(
            r"https?://open\.spotify\.com/(?:intl-[a-z-]+/)?(?:embed/)?"
            r"(?P<what>episode|show|track|album|playlist)/(?P<id>\w{22})(?!\w)",
            re.ASCII,
        ),
        lambda found: f"/embed/{found['what']}/{found['id']}",
        "audio",
    ),
    Provider(
        "Apple Podcasts",
        "https://embed.podcasts.apple.com",
        re.compile(
            r"https?://(?:embed\.)?podcasts\.apple\.com/(?P<land>[a-z]{2})/podcast/(?:[^/?#\s]+/)?"
            r"id(?P<id>\d{1,12})(?!\d)(?:\?(?:[^#\s]*&)?i=(?P<episode>\d{1,15}))?",
            re.ASCII,
        ),
        lambda found: (
            f"/{found['land']}/podcast/id{found['id']}" + (f"?i={found['episode']}" if found["episode"] else "")
        ),
        "audio",
    ),
)
