"""The look of the admin (django-unfold); the roles of a user decide what its sidebar holds."""

from __future__ import annotations

from django.templatetags.static import static

UNFOLD = {
    "SITE_TITLE": "Sudi",
    "SITE_HEADER": "Sudi",
    "SITE_SYMBOL": "outgoing_mail",
    "LOGIN": {"form": "subscribers.login.ThrottledLoginForm"},
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "STYLES": [
        lambda request: static("newsletter/admin.css"),
        lambda request: static("newsletter/board.css"),
    ],
    "SCRIPTS": [
        lambda request: static("newsletter/admin.js"),
        lambda request: static("newsletter/palette.js"),
        lambda request: static("newsletter/unsaved.js"),
    ],
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("newsletter/icon.svg"),
        }
    ],
    "DASHBOARD_CALLBACK": "newsletter.admin.today.dashboard",
    "SIDEBAR": {"navigation": "subscribers.admin.chrome.navigation"},
    "COLORS": {
        # A blue that holds 4.5:1 on white at 600 and on the dark ground at 500.
        "primary": {
            "50": "oklch(97% .014 245)",
            "100": "oklch(94% .03 245)",
            "200": "oklch(88% .06 247)",
            "300": "oklch(80% .1 248)",
            "400": "oklch(74% .13 250)",
            "500": "oklch(70% .145 252)",
            "600": "oklch(49% .155 255)",
            "700": "oklch(43% .14 256)",
            "800": "oklch(37% .11 257)",
            "900": "oklch(31% .085 258)",
            "950": "oklch(24% .06 260)",
        },
    },
}
