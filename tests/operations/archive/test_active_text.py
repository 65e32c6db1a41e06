"""What of a text does something in a browser, however it is written."""

from __future__ import annotations

import time

import pytest

from wikifarm.operations.archive.active_text import does_something, sending


@pytest.mark.parametrize(
    "text",
    [
        '""<img alt=">" src=x onerror=alert(1)>""',
        '""<a href="jav&#97;script:alert(1)">x</a>""',
        '""<a href="java\tscript:alert(1)">x</a>""',
        '""<a href="java&Tab;script:alert(1)">x</a>""',
        '""<a href=" data:text/html,x">x</a>""',
        '""<style>@import url(https://example.org)</style>""',
        '""<svg><set attributeName=x></svg>""',
        '""<math><mi xlink:href="javascript:x">x</mi></math>""',
        '""<button formaction=//example.org>x</button>""',
        '""<input name=password>""',
        '""<meta http-equiv=refresh content=0>""',
        '""<base href=//example.org>""',
        '""<body onload=x>""',
        '""<html onclick=x>""',
        '""<frameset onload=x>""',
        '""<scr""ipt>x</script>',
        '""<img src=x ""onerror=alert(1)"">""',
        "<!--><script>x</script>-->",
        '""<noscript><p title="</noscript><script>x</script>">""',
        '""<template><script>x</script></template>""',
        '""<table><form action=x></form></table>""',
        '%%""<script>x</script>""%%',
        '{{button link="#" title="y\' onmouseover=\'alert(1)"}}',
        '{{button title="y\' onmouseover=&quot;alert(1)&quot;"}}',
        '{{button title="<script>x</script>"}}',
        '{{button link="javascript:x"}}',
        '{{button link="javasc\tript:x"}}',
        '{{button class="btn modalbox" link="https://example.org"}}',
        '{{section height="1px;background:url(//example.org/a)"}}',
        '{{section height="1px; position : fixed"}}',
        '""<a href=java""{{doubleclic}}""script:alert(1)>z</a>""',
        "[[java{{parambody}}script:x Aide]]",
        "[[javascript:fetch(1) Aide]]",
        "[[JavaScript:x Aide]]",
        "[[javasc\nript:x Aide]]",
        "[[data:text/html,x Aide]]",
        "javascript:alert(1)",
        "java&Tab;script:alert(1)",
        "java&amp;Tab;script:alert(1)",
        "java\u200bscript:alert(1)",
        '[|\n| un | ""<td onmouseover=alert(1)>x"" |\n|]',
        '[|\n| un | ""<tr onclick=alert(1)>"" |\n|]',
        '""<caption onclick=x>x</caption>""',
        '""<a href="https://example.org" style="position:fixed;top:0">x</a>""',
        '""<p style="background:url(//example.org)">x</p>""',
        '""<p style="background-color:u\\72l(//example.org)">x</p>""',
        '""<a class="modalbox" href="https://example.org">x</a>""',
        '""<p :title="x" @click="y">x</p>""',
        '""<p v-html="1">x</p>""',
        '""<a data-toggle="modal" href="//example.org">x</a>""',
        '""<div class="bazar-list-dynamic-container">x</div>""',
        '""<a style="display:block;margin-top:-300px;height:300px" href="//example.org">x</a>""',
        '""<p style="font-family:\'a;position:fixed\'">x</p>""',
        '""<p style="color:rgb(1,2,url(x))">x</p>""',
        '""<p style="color:image(x)">x</p>""',
        '""<https://example.org onclick=x>y""',
        '""<https:/onclick=alert(1)>y""',
        '""<a@example.org style=position:fixed>y""',
        '""<https://@click=x>y""',
        '""<https://.innerhtml=x>y""',
        '""<https://v-html=x>y""',
        '""<!--<a@b--><img src=x onerror=alert(1)>-->""',
        '""<p title=<a@b> y="<img src=x onerror=1>">""',
        '""<a data-pm-x data-toggle=modal href=x>y</a>""',
        '{{button title="y\' online=1 onfocus=alert(1)"}}',
        '{{button title="y\' onlineclick=1"}}',
        "[x](https://example.org){onmouseover=alert`1`}",
        "[x](https://example.org){style=position:fixed;inset:0}",
        "[x](https://example.org){.modalbox}",
        '![photo](x"onerror="alert`1`)',
        "[[|https://example.org/x Page]]",
        "_<img alt='_ ' onerror=alert(1) x=_'_",
        "_<a t='_' y=\"' onclick=alert(1) '\">",
        "*<a t='*' y=\"a onclick=alert(1) b\">",
        "## <a t='\n' y=\"a onclick=alert(1) b\">",
        "# <img src=x onerror=alert(1)>",
        '%%{{ b="%%{{section class="modal show"}}',
        '{#{{ b="#}{{button class="modal show" link="Charte" text="x"}}',
        '{{button link="https:\\\\example.org/" class="modalbox" text="x"}}',
        '""<div class="markdown">&lt;img src=x onerror=alert(1)&gt;</div>""',
        '{{section class="markdown"}}&lt;img src=x onerror=alert(1)&gt;',
        '""<a style="font-size:100px;line-height:8px;color:rgba(0,0,0,0)" href=//x>x</a>""',
        '""<p style="background:url(x)">x</p>""',
        '""<""{{titrepage}}"" src=//example.org/x.js></""{{titrepage}}"">""',
        '""<""{{currentpage}}"">alert(1)</""{{currentpage}}"">""',
        '""<a href=\'""{{currentpage}}"":alert(1)\'>x</a>""',
        '""<img src=x alt=""{{titrepage}}>',
        '""<p>""<""{{titrepage}}"">""',
        '%%""%% ""<""{{titrepage}} x',
        "[[java{{currentpage}}:x Aide]]",
        '""<a style="font-size:4000px;line-height:0;color:rgba(0,0,0,0)" href=//x>x</a>""',
        '""<sup style="font-size:1e4px">x</sup>""',
        '""<sup style="font:bold 4000px serif">x</sup>""',
        '""<p style="line-height:.1">x</p>""',
        '""<p style="display:flex;justify-content:flex-end;height:1px">x</p>""',
        '""<a class="popover" style="display:block;width:4000px;height:4000px" href=//x>x</a>""',
        '""<a class="btn affix" href=//x>x</a>""',
        '""<a class="carousel-control" style="width:100%" href=//x>x</a>""',
        '""<a id="yw-topnav" href=//x>x</a>""',
        '{{section class="modal show"}}x{{end elem="section"}}',
        '{{button link="https://example.org" class="modal show" text="x"}}',
        '{{section bgcolor="red;po\\73ition:fixed;in\\73et:0"}}',
        '{{section bgcolor="red;/**/position:fixed;inset:0"}}',
        '{{section bgcolor="red;inset:0;position/**/:fixed;width:100%"}}',
        '{{section height="1px!important;margin-top:-900px"}}',
        "{{section bgcolor=\"red;border-image:-webkit-image-set('https://example.org' 1x)\"}}",
        '{{label data="toggle=modal,target=#m8,remote=https://example.org/x.html"}}',
        "{{progressbar val=\"50' a\nonmouseover='alert(1)\"}}",
        "{{progressbar val=\"50' style='position:fixed\"}}",
    ],
)
def test_what_acts_is_seen(text: str) -> None:
    assert does_something({"body": ["", text]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a < b, et b > c ; 5 < 6 && x",
        '""<div class="x"><a href="?Charte">x</a><img src="files/a.png" alt="a > b"></div>""',
        '""<fieldset role="group" aria-label="Thèmes"><label>x</label></fieldset>""',
        '""<!-- fin -->""',
        '{{bazar id="101" onglets="x"}} {{button link="Charte" text="on = off"}}',
        "Description : https://example.org/?a=1",
        "Le JavaScript\u00a0: c’est un langage. Un script : une suite. Données : image/png",
        '""<p style="color: #333; text-align:center;">x</p><td colspan="2">y</td>""',
        '{{section bgcolor="#fff" height="200" class="cover"}} {{button text="Mot ; note : x"}}',
        '{{button class="modalbox" link="Charte"}}',
        '[le site](https://example.org "Titre"){.btn .btn-primary #ici} ![vue](files/a.png)',
        "_un mot_ et *un autre* snake_case_ici\n## Un titre <b>fort</b>\n",
        '""<a href="?x_y" target="_blank">x</a> <a href="z" target="_blank">y</a>""',
        '<p>Une fiche <img src="files/a.png" alt=""></p>',
        '{{button class="btn-default navbar-btn" link="AnimerIci" text="Animer"}}',
        '{{button class="btn btn-primary btn-xs pull-right" icon="fas fa-yin-yang"}}',
        '""<p style="font-size:18px; line-height: 115%; font-weight:700">x</p>""',
        '{{section bgcolor="#fff;color:#333" class="full-width text-center cover"}}',
        '""<div class="row"><div class="col-md-6">""{{grid}} [[Charte x]] ""</div></div><hr />""',
        '""<p style="color: rgb(51, 51, 51); background-color: rgba(0,0,0,.5)">x</p>""',
        '""<p style="font-family: \'Open Sans\', &quot;Segoe UI&quot;, sans-serif">x</p>""',
        '""<p style="mso-line-height-rule: exactly; display:flex; gap: 1em; orphans: 2">x</p>""',
        '""<img src="files/a.png" alt="x" loading="lazy" decoding="async" data-start="4">""',
        '{{bazar id="101" query="ongoing=1"}} {{button text="online = bien" link="Charte"}}',
        "Voir <https://example.org/issues/?a=1&b=2#c>, ou écrire à <ada@example.org>.",
    ],
)
def test_what_is_read_only_is_not(text: str) -> None:
    assert not does_something(text)


def test_actions_that_send_are_named() -> None:
    text = (
        '{{contact mail="a@example.org"}}{{ Abonnement mail="b@example.org" }}'
        '{{redirect page="Charte"}}{{redirect page="https://example.org"}}{{contactez}}'
        '{{login userpage="https://example.org"}}{{bazarliste id="https://example.org/|102"}}'
        '{{video id="x" serveur="peertube" peertubeinstance="https://example.org"}}'
    )
    assert sending(text) == ["abonnement", "bazarliste", "contact", "login", "redirect", "video"]
    assert sending('{{redirect page="Charte"}}') == []
    assert sending('{{button link="https://example.org" text="x"}}') == []
    assert sending('{{moteurrecherche url="https://example.org"}}') == ["moteurrecherche"]
    assert sending('%%{{%%{{contact mail="x@example.org"}}') == ["contact"]
    assert sending("{{listsubscription list='x@example.org'}}") == ["listsubscription"]
    assert sending('""{{""{{contact mail="x@example.org"}}') == ["contact"]


def test_an_action_hidden_among_very_many_beginnings_is_told() -> None:
    hidden = "%%" + "{{" * 600 + '%%{{contact mail="x@example.org" b="' + "{{" * 600 + '"}}'
    assert does_something(hidden)


def test_very_many_beginnings_cost_no_more_than_the_text() -> None:
    begun = time.monotonic()
    for text in (
        "{{" * 200_000 + "}}",
        "<a " * 100_000,
        "_<" * 100_000,
        "](" * 100_000,
        "# <" * 50_000,
        "<a" + " " * 100_000,
        "{{" * 100_000,
        "[[" * 100_000,
        "<!--" * 50_000,
        "<a " + "x='" * 90_000,
    ):
        does_something(text)
        sending(text)
    assert time.monotonic() - begun < 20
