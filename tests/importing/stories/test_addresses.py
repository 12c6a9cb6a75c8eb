"""Which addresses are one page, and which are two: cases of real sites in several languages."""

from __future__ import annotations

import pytest

from newsletter.importing.stories.addresses import link_key, names_only_a_site, page_of

SAME = {
    "a campaign": [
        "https://www.lemonde.fr/pixels/article/2026/03/02/un-titre_6612345_4408996.html",
        "https://lemonde.fr/pixels/article/2026/03/02/un-titre_6612345_4408996.html?utm_source=nl"
        "&at_medium=email&xtor=EPR-33280",
        "http://www.lemonde.fr:80/pixels/article/2026/03/02/un-titre_6612345_4408996.html#comments",
    ],
    "click ids": [
        "https://shop.example.org/p/1",
        "https://shop.example.org/p/1/?gclid=a&fbclid=b&msclkid=c&yclid=d&ysclid=e&_ga=1.2&igshid=f",
    ],
    "AMP": [
        "https://www.theguardian.com/world/2026/mar/02/story",
        "https://amp.theguardian.com/world/2026/mar/02/story",
        "https://www.google.com/amp/s/amp.theguardian.com/world/2026/mar/02/story",
        "https://amp-theguardian-com.cdn.ampproject.org/c/s/amp.theguardian.com/world/2026/mar/02/story",
    ],
    "AMP in the path": [
        "https://www.tagesschau.de/inland/meldung-100.html",
        "https://www.tagesschau.de/inland/meldung-100.amp.html",
    ],
    "a phone's copy, cyrillic": [
        "https://lenta.ru/news/2026/03/02/%D1%82%D0%B5%D0%BC%D0%B0/",
        "https://m.lenta.ru/news/2026/03/02/тема?ysclid=lx",
    ],
    "percent-encoding": [
        "https://example.org/a%7Eb/%e4%b8%ad",
        "https://EXAMPLE.org/./a~b//中/",
    ],
    "IDNA": ["https://bücher.example/x", "https://xn--bcher-kva.example/x"],
    "arXiv": [
        "https://arxiv.org/abs/2403.01234",
        "https://arxiv.org/abs/2403.01234v2",
        "http://export.arxiv.org/pdf/2403.01234v3.pdf",
        "https://ar5iv.labs.arxiv.org/html/2403.01234",
        "https://huggingface.co/papers/2403.01234",
        "https://doi.org/10.48550/arXiv.2403.01234",
        "https://www.alphaxiv.org/abs/2403.01234",
    ],
    "DOI": [
        "https://doi.org/10.1145/3292500.3330701",
        "http://dx.doi.org/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/pdf/10.1145/3292500.3330701",
        "https://dl.acm.org/doi/10.1145/3292500.3330701",
    ],
    "a preprint": [
        "https://www.biorxiv.org/content/10.1101/2026.01.05.697654v1",
        "https://www.biorxiv.org/content/10.1101/2026.01.05.697654v2.full",
    ],
    "GitHub file": [
        "https://github.com/Owner/repo/blob/main/docs/a.md?plain=1#L3",
        "https://github.com/owner/Repo/raw/refs/heads/main/docs/a.md",
        "https://raw.githubusercontent.com/owner/repo/main/docs/a.md",
        "https://ghproxy.com/https://raw.githubusercontent.com/owner/repo/main/docs/a.md",
    ],
    "GitHub repository": [
        "https://github.com/owner/repo",
        "https://github.com/owner/repo.git",
        "https://github.com/Owner/Repo/tree/main/",
        "https://github.com/owner/repo/blob/master/README.md",
        "https://github.com/owner/repo?tab=readme-ov-file#install",
    ],
    "GitHub pull request": [
        "https://github.com/owner/repo/pull/12",
        "https://github.com/owner/repo/pull/12/files#diff-1",
    ],
    "Reddit": [
        "https://www.reddit.com/r/programming/comments/1abcde/a_title/",
        "https://old.reddit.com/r/programming/comments/1abcde/another_slug?share_id=x",
        "https://redd.it/1abcde",
    ],
    "X": [
        "https://twitter.com/someone/status/1790000000000000000?s=20&t=abc",
        "https://x.com/i/web/status/1790000000000000000",
        "https://mobile.twitter.com/Someone/status/1790000000000000000/photo/1",
        "https://fxtwitter.com/someone/status/1790000000000000000",
    ],
    "YouTube": [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s&list=PL1&pp=x",
        "https://youtu.be/dQw4w9WgXcQ?si=abc",
        "https://m.youtube.com/shorts/dQw4w9WgXcQ",
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
    ],
    "Wikipedia": [
        "https://zh.wikipedia.org/wiki/速递",
        "https://zh.m.wikipedia.org/zh-hans/%E9%80%9F%E9%80%92#历史",
        "https://zh.wikipedia.org/w/index.php?title=速递",
    ],
    "WeChat, long": [
        "https://mp.weixin.qq.com/s?__biz=MzI1&mid=2247&idx=1&sn=aa&chksm=bb&scene=21#wechat_redirect",
        "http://mp.weixin.qq.com/s?mid=2247&__biz=MzI1&idx=1&sn=aa#rd",
    ],
    "WeChat, short": [
        "https://mp.weixin.qq.com/s/AbCdEf-123",
        "http://mp.weixin.qq.com/s/AbCdEf-123?scene=1&from=timeline",
    ],
    "Bilibili": [
        "https://www.bilibili.com/video/BV1xx411c7mD/?spm_id_from=333.1007&vd_source=1",
        "https://m.bilibili.com/video/BV1xx411c7mD?p=1",
        "https://b23.tv/BV1xx411c7mD",
    ],
    "Weibo": [
        "https://weibo.com/1642634100/N1a2bCdEf?refer_flag=1001",
        "https://m.weibo.cn/status/N1a2bCdEf",
    ],
    "Weibo by number": [
        "https://m.weibo.cn/detail/3491700092079471",
        "https://weibo.com/123456/yCtxn8IXR",
    ],
    "ITHome": [
        "https://www.ithome.com/0/812/345.htm",
        "https://m.ithome.com/html/812345.htm",
    ],
    "NetEase": [
        "https://www.163.com/dy/article/J1ABCDEF0511ABCD.html?spss=dy_author",
        "https://m.163.com/news/article/J1ABCDEF0511ABCD.html",
        "https://3g.163.com/dy/article/J1ABCDEF0511ABCD.html",
    ],
    "Naver": [
        "https://n.news.naver.com/mnews/article/001/0014567890?sid=105",
        "https://n.news.naver.com/article/001/0014567890",
        "https://news.naver.com/main/read.naver?mode=LSD&mid=sec&oid=001&aid=0014567890",
    ],
    "Yahoo Japan": [
        "https://news.yahoo.co.jp/articles/0a1b2c3d4e5f",
        "https://news.yahoo.co.jp/articles/0a1b2c3d4e5f/comments?page=2",
    ],
    "a shortener": ["https://t.co/AbC123?amp=1", "http://t.co/AbC123"],
    "a wrapper": [
        "https://sspai.com/post/88888",
        "https://link.zhihu.com/?target=https%3A//sspai.com/post/88888%3Futm_source%3Dzhihu",
        "https://www.google.com/url?sa=t&url=https://sspai.com/post/88888&usg=x",
    ],
    "the archive's copy": [
        "https://example.org/a?id=4",
        "https://web.archive.org/web/20260302101010/https://example.org/a?id=4",
    ],
    "index and slash": ["https://example.org/docs/", "https://example.org/docs/index.html"],
    "a place in the text": [
        "https://example.org/long",
        "https://example.org/long#:~:text=some%20words",
        "https://example.org/long#section-2",
    ],
    "the order of a query": ["https://example.org/s?b=2&a=1", "https://example.org/s?a=1&b=2&ref=x"],
    "Stack Overflow": [
        "https://stackoverflow.com/questions/11227809/why-is-it-faster",
        "https://stackoverflow.com/q/11227809",
    ],
    "Threads": [
        "https://www.threads.net/@a.b/post/C1xY", "https://threads.com/@a.b/post/C1xY?xmt=1",
    ],
    "Bluesky": [
        "https://bsky.app/profile/a.example.org/post/3kabc",
        "https://fxbsky.app/profile/a.example.org/post/3kabc",
    ],
    "LinkedIn": [
        "https://www.linkedin.com/posts/a-b_some-words-activity-7300000000000000000-aBcD/?rcm=1",
        "https://www.linkedin.com/feed/update/urn:li:activity:7300000000000000000/",
    ],
    "TikTok": [
        "https://www.tiktok.com/@someone/video/7300000000000000001?lang=en",
        "https://m.tiktok.com/v/7300000000000000001.html",
    ],
    "Douyin": [
        "https://www.douyin.com/video/7300000000000000001",
        "https://www.iesdouyin.com/share/video/7300000000000000001/?region=CN",
    ],
    "Xiaohongshu": [
        "https://www.xiaohongshu.com/explore/66aa00bb11cc22dd33ee44ff?xsec_token=1",
        "https://www.xiaohongshu.com/discovery/item/66aa00bb11cc22dd33ee44ff?xsec_token=2",
    ],
    "Zhihu in a search engine": [
        "https://zhuanlan.zhihu.com/p/12345", "https://www.zhihu.com/tardis/zm/art/12345?source_id=1",
    ],
    "36Kr": ["https://36kr.com/p/3500000000000000", "https://m.36kr.com/p/3500000000000000?f=rss"],
    "Huxiu": [
        "https://www.huxiu.com/article/4700000.html",
        "https://m.huxiu.com/article/4700000.html?type=text",
    ],
    "heise": [
        "https://www.heise.de/news/Ein-Titel-10123456.html?seite=2", "https://heise.de/-10123456",
    ],
    "Steam": [
        "https://store.steampowered.com/app/2358720/Black_Myth_Wukong/?l=schinese",
        "https://store.steampowered.com/app/2358720",
    ],
    "readers of papers": [
        "https://arxiv.org/abs/2401.01234", "https://papers.cool/arxiv/2401.01234",
        "https://www.semanticscholar.org/arxiv/2401.01234v2", "https://browse.arxiv.org/pdf/2401.01234.pdf",
        "https://www.emergentmind.com/papers/2401.01234", "https://arxiv.org/abs/arXiv:2401.01234",
        "https://www.catalyzex.com/paper/arxiv:2401.01234",
    ],
    "a repository, by git and its mirrors": [
        "https://github.com/Owner/repo", "git@github.com:owner/repo.git",
        "ssh://git@github.com/owner/repo.git", "git+https://github.com/owner/repo.git",
        "https://kkgithub.com/owner/repo", "https://gitclone.com/github.com/owner/repo",
        "https://github.dev/owner/repo", "https://github.com/owner/repo/blob/main/README.zh-CN.md",
    ],
    "X without X": [
        "https://x.com/someone/status/1790075827666796666",
        "https://nitter.poast.org/someone/status/1790075827666796666#m",
        "https://d.fxtwitter.com/someone/status/1790075827666796666",
        "https://threadreaderapp.com/thread/1790075827666796666.html",
    ],
    "YouTube without YouTube": [
        "https://youtu.be/dQw4w9WgXcQ?si=a", "https://yewtu.be/watch?v=dQw4w9WgXcQ",
        "https://piped.video/watch?v=dQw4w9WgXcQ", "https://invidious.example.org/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/attribution_link?u=%2Fwatch%3Fv%3DdQw4w9WgXcQ%26feature%3Dshare",
    ],
    "Reddit without Reddit": [
        "https://www.reddit.com/r/a/comments/1abcde/title/", "https://redlib.example.org/r/a/comments/1abcde",
        "https://rxddit.com/r/a/comments/1abcde/title", "https://sh.reddit.com/r/a/comments/1abcde/",
    ],
    "Medium without Medium": [
        "https://medium.com/@someone/a-title-a64152b37c35", "https://scribe.rip/@someone/a-title-a64152b37c35",
        "https://freedium.cfd/a64152b37c35", "https://readmedium.com/a-title-a64152b37c35",
        "https://medium.com/m/global-identity-2?redirectUrl=https%3A%2F%2Fsomeone.medium.com%2Fa-title-a64152b37c35",
    ],
    "a letter of Substack": [
        "https://someone.substack.com/p/a-letter", "https://open.substack.com/pub/someone/p/a-letter?r=a",
        "https://someone.substack.com/p/a-letter/comments",
        "https://someone.substack.com/p/a-letter?publication_id=1&post_id=2&r=3&triedRedirect=true",
    ],
    "Mastodon": [
        "https://social.example/@someone/110000000000000001",
        "https://social.example/users/someone/statuses/110000000000000001",
        "https://social.example/web/@someone/110000000000000001",
    ],
    "carried by other sites": [
        "https://www.example.com/2025/oct/10/story",
        "https://archive.ph/2025.10.11-120000/https://www.example.com/2025/oct/10/story",
        "https://archive.is/newest/https://www.example.com/2025/oct/10/story",
        "https://12ft.io/proxy?q=https%3A%2F%2Fwww.example.com%2F2025%2Foct%2F10%2Fstory",
        "https://reader.example.org/https://www.example.com/2025/oct/10/story",
        "https://tracking.example.net/CL0/https:%2F%2Fwww.example.com%2F2025%2Foct%2F10%2Fstory%3Futm_source=a/1/01000/b=12",
        "https://translate.google.com/translate?sl=en&tl=zh&u=https://www.example.com/2025/oct/10/story",
        "https://urldefense.com/v3/__https://www.example.com/2025/oct/10/story__;!!abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.example.com_2025_oct_10_story&d=Dw",
        "https://www.bing.com/ck/a?!&&p=1&u=a1aHR0cHM6Ly93d3cuZXhhbXBsZS5jb20vMjAyNS9vY3QvMTAvc3Rvcnk&ntb=1",
        "https://webcache.googleusercontent.com/search?q=cache:https://www.example.com/2025/oct/10/story",
    ],
    "who gave it to whom": [
        "https://www.ft.com/content/0a1b2c3d-1111-2222-3333-444455556666",
        "https://www.ft.com/content/0a1b2c3d-1111-2222-3333-444455556666?shareType=gift&token=1",
    ],
    "a gift of the Times": [
        "https://www.nytimes.com/2025/10/10/technology/x.html",
        "https://www.nytimes.com/2025/10/10/technology/x.html?unlocked_article_code=1.abc",
        "https://www.nytimes.com/2025/10/10/technology/x.amp.html",
    ],
    "in another language": [
        "https://news.example.com/index/a-thing", "https://news.example.com/zh-Hans-CN/index/a-thing/",
        "https://news.example.com/ja-JP/index/a-thing",
    ],
    "a shared document": [
        "https://docs.google.com/document/d/1AbCdEfGh/edit?usp=sharing",
        "https://docs.google.com/document/u/0/d/1AbCdEfGh/preview",
    ],
}  # fmt: skip

DIFFERENT = [
    ("https://example.org/?id=1", "https://example.org/?id=2"),
    ("https://example.org/index.php?p=1", "https://example.org/index.php?p=2"),
    ("https://news.ycombinator.com/item?id=1", "https://news.ycombinator.com/item?id=2"),
    ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcR"),
    ("https://mp.weixin.qq.com/s?__biz=A&mid=1&idx=1", "https://mp.weixin.qq.com/s?__biz=A&mid=1&idx=2"),
    ("https://mp.weixin.qq.com/s/aaa", "https://mp.weixin.qq.com/s/aaA"),
    ("https://github.com/o/r/releases/tag/v1.2", "https://github.com/o/r/releases/tag/v1.3"),
    ("https://github.com/o/r", "https://github.com/o/r/releases"),
    ("https://github.com/o/r/issues/1", "https://github.com/o/r/pull/2"),
    ("https://github.com/o/r/blob/main/a.md", "https://github.com/o/r/blob/main/b.md"),
    ("https://github.com/trending/python", "https://github.com/trending/go"),
    ("https://arxiv.org/abs/2403.01234", "https://arxiv.org/abs/2403.01235"),
    ("https://t.co/AbC", "https://t.co/aBc"),
    ("https://www.bilibili.com/video/BV1xx411c7mD", "https://www.bilibili.com/video/BV1xx411c7mD?p=2"),
    ("https://example.org/#/post/1", "https://example.org/#/post/2"),
    ("https://groups.google.com/forum/#!topic/a/1", "https://groups.google.com/forum/#!topic/a/2"),
    ("https://example.org/read.php?source=1", "https://example.org/read.php?source=2"),
    ("https://example.org/trains?from=A&to=B", "https://example.org/trains?from=C&to=B"),
    ("https://example.org/a%2Fb", "https://example.org/a/b"),
    ("https://example.org/A", "https://example.org/a"),
    ("https://example.org:8443/a", "https://example.org/a"),
    ("https://m.me/someone", "https://me/someone"),
    ("https://zhihu.com/question/1/answer/2", "https://zhihu.com/question/1"),
    ("https://x.com/search?q=a", "https://x.com/search?q=b"),
    ("https://baijiahao.baidu.com/s?id=1&wfr=spider", "https://baijiahao.baidu.com/s?id=2&wfr=spider"),
    ("https://en.wikipedia.org/wiki/Go", "https://de.wikipedia.org/wiki/Go"),
    ("https://forum.example.org/viewtopic.php?t=1", "https://forum.example.org/viewtopic.php?t=2"),
    ("https://example.co.uk/a", "https://m.co.uk/a"),
    ("https://reddit.com/r/a/comments/1abcde/t/kxyz123/", "https://reddit.com/r/a/comments/1abcde/t/"),
    ("https://www.amazon.de/dp/B0ABCDEFGH", "https://www.amazon.de/dp/B0ABCDEFGJ"),
    ("https://bsky.app/profile/a.example.org/post/3a", "https://bsky.app/profile/a.example.org/post/3b"),
    ("https://www.heise.de/news/Titel-10123456.html", "https://www.heise.de/news/Titel-10123457.html"),
    ("https://papers.cool/arxiv/2401.01234", "https://papers.cool/arxiv/2401.01235"),
    ("git@github.com:o/r.git", "git@gitlab.com:o/r.git"),
    ("https://kkgithub.com/o/r", "https://kkgithub.com/o/r/releases/tag/v1"),
    ("https://someone.substack.com/p/a", "https://other.substack.com/p/a"),
    ("https://social.example/@a/110000000000000001", "https://social.example/@a/110000000000000002"),
    ("https://archive.ph/AbCdE", "https://archive.ph/AbCdF"),
    ("https://reader.example.org/https://a.example/1", "https://reader.example.org/https://a.example/2"),
    ("https://docs.example.com/en-us/a/b", "https://docs.example.com/en-us/a/c"),
    ("https://docs.google.com/document/d/1AbCdEfGh", "https://docs.google.com/document/d/1AbCdEfGi"),
    ("https://nitter.net/search?q=a", "https://nitter.net/search?q=b"),
    ("https://www.ft.com/markets", "https://www.ft.com/world"),
    ("https://podcasts.apple.com/us/podcast/x/id12?i=1", "https://podcasts.apple.com/us/podcast/x/id12?i=2"),
]  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_one_page_under_many_addresses(name: str) -> None:
    pages = {page_of(url) for url in SAME[name]}
    assert len(pages) == 1, pages
    assert None not in pages


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_pages_stay_two(one: str, other: str) -> None:
    assert page_of(one) != page_of(other)
    assert link_key(one) != link_key(other)


@pytest.mark.parametrize(
    "url",
    ["", "   ", "#", "/relative", "nothing", "https://", "http://[broken",
     "https://example.org:port/", "http://mp.weixin.qq.com/s?__biz=MjM5NzQwMjI4MA", "x" * 9000],
)  # fmt: skip
def test_what_names_no_page_has_no_key(url: str) -> None:
    assert page_of(url) is None
    assert link_key(url) is None


def test_a_whole_site_is_known_as_one() -> None:
    assert names_only_a_site(page_of("https://www.example.org/?utm_source=x") or "")
    assert not names_only_a_site(page_of("https://example.org/?id=3") or "")
    assert not names_only_a_site(page_of("https://example.org/a") or "")
