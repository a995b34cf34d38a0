"""Caches in front of the site that forget by key: how each is told."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import Request, urlopen

TIMEOUT = 10  # seconds


@dataclass(frozen=True)
class Fastly:
    """Purges by the keys of Surrogate-Key; at most 256 at once."""

    service: str
    token: str
    api: str = "https://api.fastly.com"
    batch = 256

    def request(self, keys):
        headers = {"Fastly-Key": self.token, "Surrogate-Key": " ".join(keys), "Accept": "application/json"}
        return Request(f"{self.api}/service/{self.service}/purge", method="POST", headers=headers)  # noqa: S310


@dataclass(frozen=True)
class Cloudflare:
    """Purges by the keys of Cache-Tag; at most 30 at once."""

    zone: str
    token: str
    api: str = "https://api.cloudflare.com/client/v4"
    batch = 30

    def request(self, keys):
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps({"tags": keys}).encode()
        return Request(f"{self.api}/zones/{self.zone}/purge_cache", body, headers, method="POST")  # noqa: S310


@dataclass(frozen=True)
class Varnish:
    """Purges with the module xkey; docs/scaling.md has the lines of VCL that take the request."""

    address: str
    batch = 200

    def request(self, keys):
        return Request(f"http://{self.address}/", method="PURGE", headers={"xkey-purge": " ".join(keys)})


def front_of(address: str) -> Fastly | Cloudflare | Varnish:
    """Read an address such as fastly://TOKEN@SERVICE, cloudflare://TOKEN@ZONE or varnish://127.0.0.1:6081.

    `?api=` takes the place of the provider's own address. Raises ValueError in words.
    """
    parts = urlsplit(address)
    if parts.scheme == "varnish" and parts.netloc:
        return Varnish(parts.netloc)
    named = {"fastly": Fastly, "cloudflare": Cloudflare}.get(parts.scheme)
    # Numbers of services keep their capitals, which `hostname` would not.
    token, _, name = parts.netloc.rpartition("@")
    if named is None or not token or not name:
        raise ValueError(
            "A cache in front is named as fastly://TOKEN@SERVICE, cloudflare://TOKEN@ZONE or varnish://HOST:PORT."
        )
    api = parse_qs(parts.query).get("api")
    return named(name, unquote(token), **({"api": api[0].rstrip("/")} if api else {}))


def batches(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    keys = list(keys)
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def tell(front: Fastly | Cloudflare | Varnish, keys: list[str]) -> None:
    """Have a cache in front forget all pages with these keys. Raises OSError where it does not say that it has."""
    for batch in batches(keys, front.batch):
        with urlopen(front.request(batch), timeout=TIMEOUT) as response:  # noqa: S310 (the operator's own address)
            response.read()
