"""The pages on which answers are marked and given back: what a student wrote is shown there, and never acts."""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """In place of nbconvert's filter of this name, which passes HTML through: here HTML in Markdown shows as text.

    nbgrader's templates leave nbconvert's own ``sanitize_html`` without effect.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, attachments=attachments)
    return str(MarkdownWithMath(renderer=renderer).render(source))
