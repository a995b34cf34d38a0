import pytest

from articles import embeds
from articles.rendering import render
from newsroom.html import clean


@pytest.mark.parametrize(
    ("url", "provider", "src"),
    [
        (
            "https://soundcloud.com/erin/the-bell?si=1#t=0:10",
            "SoundCloud",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Ferin%2Fthe-bell&show_comments=false",
        ),
        (
            "https://m.soundcloud.com/erin/sets/bells/s-abc123",
            "SoundCloud",
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Ferin%2Fsets%2Fbells%2Fs-abc123"
            "&show_comments=false",
        ),
        (
            "https://open.spotify.com/intl-de/episode/0123456789abcdefghijkL?si=x",
            "Spotify",
            "https://open.spotify.com/embed/episode/0123456789abcdefghijkL",
        ),
        (
            "https://podcasts.apple.com/gb/podcast/the-bell/id123456789?i=1000654321",
            "Apple Podcasts",
            "https://embed.podcasts.apple.com/gb/podcast/id123456789?i=1000654321",
        ),
        (
            "https://podcasts.apple.com/gb/podcast/the-bell/id123456789",
            "Apple Podcasts",
            "https://embed.podcasts.apple.com/gb/podcast/id123456789",
        ),
    ],
)
def test_knows_the_addresses_of_sounds(url, provider, src):
    assert embeds.find(url) == embeds.Embed(provider, src, "audio")


@pytest.mark.parametrize(
    "url",
    [
        "https://soundcloud.com/erin",
        "https://soundcloud.com/erin/sets",
        "https://soundcloud.com.example/erin/bell",
        "https://evil.example/https://soundcloud.com/erin/bell",
        "https://open.spotify.com/user/erin",
        "https://open.spotify.com/episode/short",
        "https://open.spotify.com.example/episode/0123456789abcdefghijkL",
        "https://podcasts.apple.com/gb/genre/podcasts/id26",
        'https://soundcloud.com/erin/"><script>',
    ],
)
def test_makes_no_player_of_anything_else(url):
    assert embeds.find(url) is None


def test_offers_a_sound():
    body = clean('<p class="embed"><a href="https://soundcloud.com/erin/bell">The bell</a></p>')
    html = render(body).html
    assert html.startswith('<figure class="embed player--audio" data-embed-src="https://w.soundcloud.com/player/?url=')
    assert "Audio on SoundCloud" in html
