"""Discord's markdown dialect, as the client's own parser reads it."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.client.conftest import Opens

pytestmark = pytest.mark.browser

DRAW = """async (text) => {
  const { markdown } = await import("/js/markdown_nodes.js");
  const box = document.createElement("div");
  box.append(...markdown(text));
  return box.innerHTML;
}"""

READS = (
    ("**b** *i* _j_ __u__ ~~s~~", "<strong>b</strong> <em>i</em> <em>j</em> <u>u</u> <s>s</s>"),
    ("*a **b** c*", "<em>a <strong>b</strong> c</em>"),
    ("***both***", "<strong><em>both</em></strong>"),
    ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
    (r"\*not\*", "*not*"),
    ("# Big\nthen", '<h3 class="md-h1">Big</h3>then'),
    ("-# small", '<small class="md-subtext">small</small>'),
    ("> one\n> two\nout", "<blockquote>one\ntwo</blockquote>out"),
    (">>> all\nof it", "<blockquote>all\nof it</blockquote>"),
    ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
    ("2. two\n3. three", '<ol start="2"><li>two</li><li>three</li></ol>'),
    ("`a **b**`", '<code class="inline-code">a **b**</code>'),
    ("<b>&amp;", "&lt;b&gt;&amp;amp;"),
    ("a __unclosed **thing", "a __unclosed **thing"),
)


@pytest.fixture
async def draw(opens: Opens) -> Any:
    robin = await opens()

    async def drawn(text: str) -> str:
        return await robin.page.evaluate(DRAW, text)

    return drawn


async def test_the_dialect(draw: Any) -> None:
    assert {text: await draw(text) for text, _ in READS} == dict(READS)


async def test_links_only_lead_to_the_web(draw: Any) -> None:
    assert 'href="https://example.org/a_b"' in await draw("see https://example.org/a_b.")
    assert 'href="https://example.org/"' in await draw("[here](https://example.org/)")
    for text in ("[x](javascript:alert(1))", "[x](data:text/html,hi)", "<javascript:alert(1)>", "[x](vbscript:x)"):
        assert "href" not in await draw(text)


async def test_a_fence_names_its_language_and_keeps_its_text(draw: Any) -> None:
    html = await draw("before\n```py\nprint('**x**')\n```\nafter")
    assert '<span class="code-language">py</span>' in html
    assert "<code>print('**x**')</code>" in html
    assert html.endswith("</pre>after")


async def test_long_and_nasty_texts_take_no_time(draw: Any) -> None:
    nasty = (
        "*" * 2000,
        "**a " * 500,
        "_(" * 1000,
        "> " * 1000,
        "[" * 2000,
        "- " * 1000,
        "||" * 1000,
        "`" * 1999,
        "<" * 2000,
    )
    for text in nasty:
        await draw(text)


async def test_a_spoiler_opens_by_click_and_by_key(opens: Opens) -> None:
    robin = await opens()
    await robin.say("||first|| and ||second||")
    spoilers = robin.message("first").locator(".spoiler")
    text = spoilers.first.locator(".spoiler-text")
    await expect(text).to_have_css("opacity", "0")
    await spoilers.first.click()
    await expect(text).to_have_css("opacity", "1")
    await spoilers.last.focus()
    await spoilers.last.press("Enter")
    await expect(spoilers.last.locator(".spoiler-text")).to_have_css("opacity", "1")


async def test_timestamps_channels_and_people_are_written_out(sandbox: Any, opens: Opens) -> None:
    robin = await opens()
    ids = sandbox.channel_id("welcome"), sandbox.person("sasha").id
    await robin.say(f"<t:0:R> <#{ids[0]}> <@{ids[1]}> <@1> ☕")
    shown = robin.message("#welcome")
    await expect(shown.locator("time.stamp")).to_contain_text("years ago")
    await expect(shown.get_by_role("button", name="@Sasha")).to_be_visible()
    await expect(shown).to_contain_text("<@1>")
    await shown.get_by_role("button", name="#welcome").click()
    await robin.shows_channel("welcome")
