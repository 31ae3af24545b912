"""What somebody may write so that a chat client pings people, hides where a link leads, or fetches something."""

from __future__ import annotations

import itertools

_MENTIONS = (
    "<!channel>", "<!here>", "<!everyone>", "<!channel|x>", "<!subteam^S1>", "<!subteam^S1|@staff>", "<@U0KWAME>",
    "<@U0KWAME|kwame>", "<#C1>", "<#C1|general>", "@everyone", "@here", "@channel", "<@&55>", "<@1>", "<@!1>",
    "</ban:1>", "<t:1:R>", "<id:customize>", "&lt;!channel&gt;", "&amp;lt;!here&amp;gt;", "＜!channel＞",
)  # fmt: skip
_LINKS = (
    "<https://evil.example|https://bank.example>", "[https://bank.example](https://evil.example)",
    "[bank](<https://evil.example>)", "<!date^0^{date}^https://evil.example|x>", "<mailto:a@b.c|call us>",
    "<tel:911|help>", "[x]: https://evil.example", "![picture](https://evil.example/p.png)", "<javascript:x|y>",
    "https://user:word@evil.example", "http://127.0.0.1:8321/", "<file:///etc/passwd|x>", "<slack://x|y>",
)  # fmt: skip
_MARKS = ("||hidden||", "-# small", "# large", "```never closed", "`", "*b* _i_ ~s~", "> q", ">>> q", "- l", ":smile:")
_AROUND = ("{}", "a {} b", "*{}*", "\\{}", "{}\n{}")

PAYLOADS = tuple(
    around.replace("{}", one) for one, around in itertools.product((*_MENTIONS, *_LINKS, *_MARKS), _AROUND)
)
assert len(PAYLOADS) >= 200
