"""The site: executed specs and their artifacts as pages, with the hand-written documentation around them."""

from benchbook.site.build import build_site
from benchbook.site.publish import publish_site

__all__ = ["build_site", "publish_site"]
