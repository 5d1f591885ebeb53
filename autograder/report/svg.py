"""What matplotlib draws, as a part of a page beside others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def embedded(name: str, content: str, colours: Mapping[str, str]) -> tuple[str, str]:
    """The view box of an SVG file and what is in it, without what only a file of its own needs.

    Its ids begin with ``name``, so that no other drawing of the page has them; ``colours`` are replaced.
    """
    root = ElementTree.fromstring(content)
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', content))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{SVG}metadata", f"{SVG}style"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
        own = element.attrib.pop("id", None)
        if own in used:
            element.set("id", f"{name}-{own}")
        if link := element.attrib.pop(LINK, None):
            element.set("href", f"#{name}-{link[1:]}")
        if clip := element.get("clip-path"):
            element.set("clip-path", clip.replace("#", f"#{name}-"))
    inside = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    for drawn, shown in colours.items():
        inside = inside.replace(drawn, shown)
    return root.attrib["viewBox"], inside
