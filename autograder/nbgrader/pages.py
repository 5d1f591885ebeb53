"""The pages on which answers are marked and given back: what a student wrote is shown there and never runs."""

from __future__ import annotations

from typing import Any

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Replaces nbconvert's filter of this name, which passes HTML through. Here HTML in Markdown is shown as text.

    nbconvert's own ``sanitize_html`` has no effect in nbgrader's templates.
    """
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = IPythonRenderer(escape=True, allow_harmful_protocols=False, attachments=attachments)
    return str(MarkdownWithMath(renderer=renderer).render(source))
