"""What people, regions and goods are called in a world that wishes ill: texts that a careless page would run, follow or garble."""

from __future__ import annotations

from fixtures.served import Named

MARK = "window.__ran=1"
"""What every one of them would do if a page let it."""
NAMES = (
    f"<script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    "{{7331*7}}${7331*7}",
    '=HYPERLINK("https://evil.example","x")',
    f"javascript:{MARK}",
    "\u202egnp.exe\u202c",
    "𠮷" * 120,
    f"'\"><svg onload={MARK}>",
)
COMPUTED = "51317"
"""What stands where a name was computed."""
HOSTILE = Named(
    people=NAMES,
    regions=(f"<b onmouseover={MARK}>东</b>", f"</script><script>{MARK}</script>"),
    products=(*NAMES[:3], f"'\"><svg onload={MARK}>", "𠮷" * 40),
    categories=(f"</title><script>{MARK}</script>", "{{7331*7}}"),
)
