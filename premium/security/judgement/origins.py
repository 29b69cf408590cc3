"""Judge the page that asks for a signature by its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from premium.security.judgement.scene import Found, Place, Scene, found

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LOOKS = {"0": "o", "1": "l", "i": "l", "3": "e", "5": "s", "8": "b", "9": "g", "$": "s", "@": "a"}
_SCRIPTS = dict(
    zip("асеорхуівкмнтԁɡһјӏқѕԛԝαβεικνορτυχγηωƅɑıⅼո", "aceopxyiBkmhtdghjlkSqwaBeikvoptuxynwbailn".lower(), strict=False)
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_SECOND = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})
_SHORTEST, _LONG = 5, 6
"""Letters of a name that is looked for inside of others, and of one that may be misspelt."""


def host_of(origin: str) -> str:
    """Return the host of an origin, in lower case, without scheme, user, port and path."""
    rest = _SCHEME.sub("", origin.strip()).split("/", 1)[0].split("?", 1)[0].split("#", 1)[0]
    host = rest.rsplit("@", 1)[-1].lower().rstrip(".")
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


def registrable(host: str) -> str:
    """Return the name that somebody registered: two labels, three below such as co.uk."""
    labels = host.split(".")
    count = 3 if len(labels) > 2 and labels[-2] in _SECOND and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:])


def origin(given: str | None, scene: Scene) -> Iterator[Found]:
    """Find a listed origin, or one that imitates a known protocol's."""
    if not given:
        return
    host = host_of(given)
    place = Place()
    parts = host.split(".")
    suffixes = {".".join(parts[number:]) for number in range(len(parts) - 1)} | {given.lower()}
    listed = next((each for each in sorted(suffixes) if each in scene.known.listed), None)
    if listed is not None:
        yield found("origin_listed", place, value=host, basis="label")
        return
    other = imitated(host, scene.known.domains) or misspelt(host, scene.known.contracts.values())
    if other is not None:
        yield found("origin_lookalike", place, value=f"{host} looks like {other}")


def imitated(host: str, domains: Mapping[str, str]) -> str | None:
    """Return the known domain that a host imitates."""
    known = sorted(domains)
    own = registrable(host)
    if not own or own in known or "." not in host:
        return None
    whole = skeleton(_decoded(host))
    name = skeleton(_decoded(own).split(".")[0])
    for each in known:
        brand = skeleton(each.split(".")[0])
        if name == brand or (len(brand) >= _SHORTEST and _distance_one(name, brand)):
            return each
        inside = re.split(r"[.\-_]", whole)
        if len(brand) >= _SHORTEST and (brand in inside or name.startswith(brand) or name.endswith(brand)):
            return each
    return None


def misspelt(host: str, names: Iterable[str]) -> str | None:
    """Return the known name that a host writes in other letters, or with one wrong."""
    label = _decoded(registrable(host)).split(".")[0]
    for brand in sorted({each.split()[0].lower() for each in names if each.split()}):
        if len(brand) >= _LONG and label != brand and brand.isalpha():
            looks = skeleton(label) == skeleton(brand)
            if looks or _distance_one(label, brand):
                return brand
    return None


def _decoded(host: str) -> str:
    labels = []
    for label in host.split("."):
        try:
            labels.append(label[4:].encode().decode("punycode") if label.startswith("xn--") else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)


def skeleton(text: str) -> str:
    """Return what a text looks like, in plain letters."""
    plain = "".join(
        _SCRIPTS.get(c, c) for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c)
    )
    for pair, one in _PAIRS:
        plain = plain.replace(pair, one)
    return "".join(_LOOKS.get(c, c) for c in plain)


def _distance_one(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two exchanged make one of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[at + 1 : at + 2] + one[at : at + 1] == other[at : at + 2] and one[at + 2 :] == other[at + 2 :]
        return one[at + 1 :] == other[at + 1 :] or swapped
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return longer[at + 1 :] == shorter[at:]
