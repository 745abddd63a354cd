"""Which encoding is a text written in? Every candidate is tried, and the one wins whose text looks most like a language."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from fenji.collect.headers import is_known_header

CANDIDATES = ("gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1252", "cp1251", "cp1250")
"""Of equals the first wins: most files without a mark come from Chinese systems."""

MOST_LOOKED_AT = 1 << 12
"""Bytes of lines with foreign letters that are tried."""

_CLEAR = 0.1
"""By so much per letter the best must lead where another text would be possible."""
_PLAINLY = 3
"""So many known Chinese headers come out of no text in another encoding."""
_LONGEST = 12
"""Letters of a header."""
_GOOD = 0.35
"""A text that scores less looks like no language at all."""

_SIMPLIFIED = (
    "的一是不了在人有我他这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美"
    "总从无情己面最女但现前些所同日手又行意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点文几定本公特做外孩相西果"
    "走将月十实向声车全信重三机工物气每并别真打太新比才便夫再书部水像眼等体却加电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色更拉东神记处让"
    "母父应直字场平报友关放至张认接告入笑内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四失满战远格士音轻目条呢病始达深完今提求清王化空业思切怎非找"
    "片罗钱语元喜曾离飞科言干流欢约各即指合反题必该论交终林请医晚制球决传画保读运及则房早院量苦火布品近坐产答星精视五连司巴奇管类未朋且婚台夜青北队久乎越观落尽形影"
    "订单编号客户会员买家卖家商品名称价格金额数量付款支付状态时间日期地址电话手机姓名收货省市区县镇街快递物流备注店铺退款优惠运费类型渠道积分余额充值消费门店员工业务员销售采购库存仓库规格型号"
    "陈李张刘杨黄赵吴周徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文华强伟芳娜敏静丽军磊洋勇艳杰娟涛超霞鹏飞玲桂"
    "京沪津渝广浙苏鲁粤川湘鄂皖闽赣豫冀晋陕甘青琼贵云辽吉黑蒙藏新宁港澳台深圳杭州南武汉成都西安厦限公司贸易科技有百"
)
_TRADITIONAL = (
    "的一是不了在人有我他這個上們來到時大地為子中你說生國年著就那和要她出也得裡後自以會家可下而過天去能對小多然於心學麼之都好看起發當沒成只如事把還用第樣道想作種開美"
    "總從無情己面最女但現前些所同日手又行意動方期它頭經長兒回位分愛老因很給名法間斯知世什兩次使身者被高已親其進此話常與活正感見明問力理爾點文幾定本公特做外相西果"
    "訂單編號客戶會員買家賣家商品名稱價格金額數量付款支付狀態時間日期地址電話手機姓名收貨省市區縣鎮街快遞物流備註店鋪退款優惠運費類型渠道積分餘額消費門市員工業務銷售採購庫存倉規格型號發票統編"
    "陳李張劉楊黃趙吳周徐孫胡朱高林何郭馬羅梁宋鄭謝韓唐馮于董蕭程曹袁鄧許傅沈曾彭呂蘇盧蔣蔡賈丁魏薛葉閻余潘杜戴夏鍾汪田任姜范方石姚譚廖鄒熊金陸郝孔白崔康毛邱秦江史顧侯邵孟龍萬段雷錢湯尹黎易常武喬賀賴龔文"
    "台北新竹桃園中高雄南嘉義花蓮宜蘭基隆屏東路號樓巷弄村里股份有限公司志明淑芬美玲雅婷怡君家豪俊宏建"
)
_HANGUL = (
    "이다에의는로하을가고지서한은기사도를대정리자수시인어나과해일스부있그아제상동성여주라조전구보비원장것경으면국들신유오트소계안용우치공모무했게회학연관결세"
    "선업방생실문적식만진마당체금박영미김최강윤임신권황송류전홍주문번호고객상품금액명일자수량결제상태주소전화배송이메일회원등급매출합계완료취소반품서울부산대구광주경기시구동로길민준현지은희숙철"
)
_VOWELS = set("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüý")
_ALONE = set("éèàùñöäüåøæÉÈÀÑÖÄÜÅØÆßç")
"""Letters that may be all of a cell."""
_RUSSIAN = set("оеаинтсрвлкмдпуяызьбгчйхжшю")
_MARKS = set("€£©®°²³·–—‘’“”…™«»§½¼¾µº´`ªÂ")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Judged:
    """The encoding that a text seems to have."""

    encoding: str | None
    """None where no candidate makes a text of it."""
    rival: str | None = None
    """Another encoding that makes a text of it nearly as well."""


@lru_cache(maxsize=64)
def judge(data: bytes) -> Judged:
    """The encoding of a text that is not UTF-8, from lines with foreign letters.

    >>> [judge(text.encode(name)).encoding for text, name in (("王小明,已付款", "gbk"), ("Müller,Köln", "cp1252"), ("Иванов,Москва", "cp1251"))]
    ['gb18030', 'cp1252', 'cp1251']
    """
    lines = data[:MOST_LOOKED_AT]
    foreign = sum(byte > 127 for byte in lines)  # noqa: PLR2004 - ASCII ends there
    if not foreign:
        return Judged("utf-8")
    if len(_known_words(lines.decode(CANDIDATES[0], errors="replace"))) >= _PLAINLY:
        return Judged(CANDIDATES[0])
    scores = {name: _score(lines, name, foreign) for name in CANDIDATES}
    best = max(CANDIDATES, key=lambda name: scores[name])
    if scores[best] < _GOOD:
        return Judged(None)
    others = [name for name in CANDIDATES if name != best and scores[name] >= scores[best] - _CLEAR]
    # Western and Central European texts share most letters; both readings are then the same.
    rival = next((name for name in others if _differs(lines, best, name)), None)
    return Judged(best, rival)


def _differs(data: bytes, one: str, other: str) -> bool:
    return data.decode(one, errors="replace") != data.decode(other, errors="replace")


def _score(data: bytes, encoding: str, foreign: int) -> float:
    """How much a reading looks like a language, per foreign byte: 1 for common words of one, 0 or less for noise."""
    text = _decoded(data, encoding)
    if text is None:
        return -1.0
    points = _SCORERS[encoding](text)
    return (points + 0.6 * sum(map(len, _known_words(text)))) / foreign


def _decoded(data: bytes, encoding: str) -> str | None:
    """The text in an encoding; without single lines that are none, None where these are many."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        lines = data.split(b"\n")
        good = []
        for line in lines:
            try:
                good.append(line.decode(encoding))
            except UnicodeDecodeError:
                continue
        return "\n".join(good) if len(good) > 1 and len(lines) - len(good) <= max(1, len(lines) // 20) else None


def _known_words(text: str) -> set[str]:
    """The foreign words of a text that are known headers."""
    words = {word for word in _WORD.findall(text) if 1 < len(word) < _LONGEST and not word.isascii()}
    return {word for word in words if is_known_header(word)}


def _chinese(text: str, common: frozenset[str], encoding: str) -> float:
    points = 0.0
    for letter in text:
        if letter < "\x80":
            continue
        raw = letter.encode(encoding, errors="replace")
        if letter in common:
            points += 2.0
        elif "\u4e00" <= letter <= "\u9fff":
            points += _rarity(raw, encoding)
        elif letter in "，。、：；！？（）《》【】“”‘’￥　—…·×" or "\uff01" <= letter <= "\uff5e":
            points += 1.0
        elif letter in "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüê①②③④⑤℃°×÷±":
            points += 0.5
        else:
            points -= 0.5 * len(raw)
    return points


def _rarity(raw: bytes, encoding: str) -> float:
    """Points of a character that is not among the most common: more for those of the standard's first level."""
    first, second = raw[0], raw[1] if len(raw) > 1 else 0
    if encoding == "gb18030":
        if len(raw) > 2 or second < 0xA1 or first < 0xB0:  # noqa: PLR2004 - the extension of GBK
            return -1.0
        return 1.2 if first <= 0xD7 else 0.4  # noqa: PLR2004 - level 1 ends there
    return 1.2 if 0xA4 <= first <= 0xC6 else 0.1  # noqa: PLR2004 - level 1 of Big5


def _japanese(text: str) -> float:
    kana = sum(1 for letter in text if "\u3041" <= letter <= "\u30fe")
    points = 0.0
    for letter in text:
        if letter < "\x80":
            continue
        if "\u3041" <= letter <= "\u30fe":
            points += 2.0
        elif "\u4e00" <= letter <= "\u9fff":
            first = letter.encode("cp932", errors="replace")[0]
            points += (1.6 if letter in _JAPANESE else 0.9) if first <= 0x97 else 0.0  # noqa: PLR2004 - level 1 ends there
        elif "\uff61" <= letter <= "\uff9f":
            points -= 0.7
        elif letter in "、。・「」ー（）：￥　" or "\uff01" <= letter <= "\uff5e":
            points += 1.0
        else:
            points -= 1.0
    # A Japanese table without a single kana is rare; Chinese ones have none.
    return points if kana else points * 0.6


def _korean(text: str) -> float:
    points = 0.0
    for letter in text:
        if letter < "\x80":
            continue
        if letter in _HANGUL_COMMON:
            points += 2.0
        elif "\uac00" <= letter <= "\ud7a3":
            raw = letter.encode("cp949", errors="replace")
            points += 0.8 if len(raw) == 2 and raw[1] >= 0xA1 else -1.0  # noqa: PLR2004 - KS X 1001
        elif "\u3131" <= letter <= "\u318e" or letter in "·～（）":
            points += 0.5
        else:
            points -= 1.0
    return points


def _western(text: str) -> float:
    """Accented letters stand alone or in pairs inside words of plain letters."""
    points = 0.0
    for word in _WORD.findall(text):
        accents = [letter for letter in word if letter > "\x7f"]
        if not accents:
            continue
        plain = len(word) - len(accents)
        is_cased = word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())
        has_vowel = any(letter in _VOWELS for letter in word.lower())
        points += len(accents) * (
            1.0 if 2 * plain >= len(accents) and is_cased and has_vowel else 0.2 if plain else 0.4 if word in _ALONE else -0.6
        )
    points += sum(0.6 if letter in _MARKS else -0.8 for letter in text if letter > "\x7f" and not letter.isalpha())
    return points


def _central(text: str) -> float:
    return _western(text) * 0.9 + 0.12 * sum(letter in "ąćęłńśźżčďěňřšťůžőűĄĆĘŁŃŚŹŻČŘŠŽŐŰ" for letter in text)


def _cyrillic(text: str) -> float:
    points = 0.0
    for word in _WORD.findall(text):
        foreign = [letter for letter in word if letter > "\x7f"]
        if not foreign:
            continue
        is_cased = word.islower() or word.isupper() or (word[:1].isupper() and word[1:].islower())
        is_pure = len(foreign) == len(word) and all("\u0410" <= letter <= "\u044f" or letter in "Ёё" for letter in foreign)
        common = sum(letter in _RUSSIAN for letter in word.lower())
        points += len(foreign) * (0.95 if is_pure and is_cased and len(word) > 1 and common * 4 >= len(word) * 3 else -0.4)
    points += sum(0.5 if letter in "№«»–—“”" else -0.8 for letter in text if letter > "\x7f" and not letter.isalpha())
    return points


_SIMPLE, _TRAD, _HANGUL_COMMON = frozenset(_SIMPLIFIED), frozenset(_TRADITIONAL), frozenset(_HANGUL)
_JAPANESE = frozenset(
    "日本人年月大中小時間分国会社注文番号顧客商品名金額数量合計住所電話郵便東京都道府県市区町村山田中佐藤鈴木高橋渡辺伊加吉井上林清水支払状態発送済方法単価税込購入者氏備考登録店舗売上"
)
_SCORERS: dict[str, Callable[[str], float]] = {
    "gb18030": lambda text: _chinese(text, _SIMPLE, "gb18030"),
    "big5": lambda text: _chinese(text, _TRAD, "big5"),
    "cp932": _japanese,
    "euc_jp": _japanese,
    "cp949": _korean,
    "cp1252": _western,
    "cp1251": _cyrillic,
    "cp1250": _central,
}
