{# The sites that Google Analytics takes for shops, social networks, video platforms and search engines
   (support.google.com/analytics/answer/9756891, the list of source categories, as of 2023; Google lists single addresses,
   here a name stands for itself and its sites under any domain). #}

{# {category: {names, sites}} in the order in which they are asked: groups.google.com is social, google.com a search engine. #}
{% macro source_categories() %}
  {{ return({
    'shopping': {'names': '
      alibaba amazon ebay etsy igshopping mercadolibre shopify shopzilla stripe walmart
    ', 'sites': '
      aax-us-east.amazon-adsystem.com aax.amazon-adsystem.com nl.shopping.net no.shopping.net s3.amazonaws.com
      se.shopping.net shop.app shopping.naver.com shopping.yahoo.co.jp shopping.yahoo.com simplycodes.com
      uk.shopping.net
    '},
    'social': {'names': '
      43things activerain activeworlds addthis alumniclass americantowns anobii answerbag aolanswers askubuntu
      athlinks baby-gaga badoo bebo beforeitsnews bharatstudent blackplanet blogger blogher bloglines blogsome
      blogspot blogster blurtit brightkite brizzly buzzfeed buzznet cafemom camospace care2 catster cellufun
      chicagonow classmates classquest cocolog-nifty cozycot crunchyroll cyworld deviantart dianping digg diigo
      disqus dogster dol2day doostang dopplr douban drugs-forum dzone elftown extole facebook faceparty fanpop
      fark fb fc2 feedspot feministing filmaffinity flickr flipboard folkdirect foodservice fotki fotolog
      foursquare friendfeed fubar gaiaonline gamerdna glassboard glassdoor godtube goldstar gooblog goodreads
      googleplus govloop gowalla habbo hatena hi5 hootsuite houzz hoverspot hubculture ibibo ig imageshack imvu
      insanejournal instagram instapaper intherooms italki jammerdirect kakao kaneva librarything line linkedin
      listal listography livedoorblog livejournal meetup messenger mocospace mouthshut movabletype mubi
      myheritage mylife mymodernmet myspace netvibes newsshowcase nexopia niconico nightlifelink ning onstartups
      opendiary photobucket pinboard pingsta pinterest plurk posterous qapacity quechup quora ravelry reddit
      redux renren reunion reverbnation ryze salespider screenrant scribd scvngr secondlife serverfault shareit
      sharethis skype skyrock snapchat social socialvibe spoke spruz stackapps stackexchange stackoverflow
      stickam superuser sweeva tagged taggedmail talkbiznow techmeme tencent tiktok tinyurl toolbox
      travellerspoint tripadvisor trombi trustpilot tudou tuenti tumblr tweetdeck twitter typepad vampirefreaks
      vampirerave wakoopa wattpad webshots wechat weebly weibo weread whatsapp wordpress xanga xing yammer yelp
      zalo zooppa
    ', 'sites': '
      51.com 5ch.net academia.edu airg.ca allnurses.com allrecipes.com ameba.jp ameblo.jp ancestry.com
      answers.yahoo.com artstation.com asmallworld.com awe.sm babyblog.ru biip.no biswap.org bit.ly
      blackcareernetwork.com blip.fm blog.com blog.goo.ne.jp blog.naver.com blog.yahoo.co.jp blogg.no
      bloggang.com blogs.com bookmarks.yahoo.co.jp bookmarks.yahoo.com cafe.naver.com canalblog.com care.com
      caringbridge.org cbnt.io centerblog.net chegg.com chiebukuro.yahoo.co.jp copainsdavant.linternaute.com
      couchsurfing.org cross.tv dailystrength.org deluxe.com draugiem.lv edublogs.org epicurious.com
      everforo.com exblog.jp fandom.com forums.androidcentral.com forums.crackberry.com forums.imore.com
      forums.webosnation.com forums.wpcentral.com fruehstueckstreff.org gather.com geni.com getpocket.com
      goldenline.pl goo.gl googlegroups.com gree.jp groups.google.com gulli.com gutefrage.net hr.com
      hubpages.com hyves.net hyves.nl identi.ca internations.org interpals.net irc-galleria.net is.gd jappy.com
      jappy.de kaboodle.com kakaocorp.com kin.naver.com last.fm lifestream.aol.com livedoor.com lnkd.in mbga.jp
      medium.com meetin.org meinvz.net meneame.net menuism.com messages.google.com messages.yahoo.co.jp mix.com
      mixi.jp my.opera.com myanimelist.net news.ycombinator.com ngopost.org nicovideo.jp odnoklassniki.ru
      odnoklassniki.ua okwave.jp oneworldgroup.org oshiete.goo.ne.jp over-blog.com overblog.com paper.li
      partyflock.nl pixiv.net playahead.se plus.google.com plus.url.google.com pocket.co pro.homeadvisor.com
      pulse.yahoo.com qzone.qq.com researchgate.net rtl.de scoop.it shvoong.com sites.google.com slashdot.org
      slideshare.net smartnews.com sociallife.com.br spaces.live.com ssense.com stardoll.com studivz.net
      suomi24.fi t.co t.me taringa.net twoo.com unblog.fr urbanspoon.com ushareit.com ushi.cn vg.no
      video.ibm.com vk.com vkontakte.ru wer-weiss-was.de wiki.answers.com wikihow.com wikitravel.org woot.com
      yahoo-mbga.jp youroom.in zoo.gr
    '},
    'video': {'names': '
      crackle curiositystream dailymotion disneyplus hulu iqiyi netflix ted twitch utreon veoh vimeo wistia
      youku youtube
    ', 'sites': '
      d.tube iq.com justin.tv viadeo.journaldunet.com
    '},
    'search': {'names': '
      alice aol ask auone avg babylon baidu biglobe bing cnn comcast conduit daum dogpile duckduckgo eniro globo
      incredimail kvasir lycos msn najdi naver onet qwant rakuten rambler search-results seznam sogou startsiden
      terra ukr virgilio yandex
    ', 'sites': '
      360.cn centrum.cz ecosia.org exalead.com excite.com firmy.cz go.mail.ru search.smt.docomo.ne.jp so.com
      tut.by
    '},
  }) }}
{% endmacro %}

{# shopping, social, video or search, by the source of a visit; NULL where it is of none. #}
{% macro source_category(source) %}
  {%- set text = "lower(trim(" ~ source ~ "))" -%}
  {%- set cases = ["when " ~ text ~ " = 'google shopping' then 'shopping'", "when " ~ text ~ " = 'google+' then 'social'"] -%}
  {%- for category, listed in source_categories().items() -%}
    {%- set sites = listed.sites.split() | join('|') | replace('.', '[.]') -%}
    {%- do cases.append("when regexp_full_match(" ~ text ~ ", '(.+[.])?(" ~ listed.names.split() | join('|') ~ ")([.][a-z]{2,3}){0,2}|(.+[.])?("
       ~ sites ~ ")') then '" ~ category ~ "'") -%}
  {%- endfor -%}
  {#- of these two not every site is a search engine -#}
  {%- do cases.append("when regexp_full_match(" ~ text ~ ", '(((cse|lens|mail|news|play|search)[.])?google|yahoo|(.+[.])?search[.]yahoo)([.][a-z]{2,3}){0,2}|google-play') then 'search'") -%}
  {{ return("case " ~ cases | join('\n            ') ~ " end") }}
{% endmacro %}
