"""Which spellings are one province? 广东, 广东省 and Guangdong are one region, told by its short Chinese name.

Source  the 34 provinces, municipalities, autonomous and special regions of China as in GB/T 2260, with their pinyin and old English names
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

PROVINCES = {
    "北京": "北京市 beijing peking",
    "天津": "天津市 tianjin",
    "上海": "上海市 shanghai",
    "重庆": "重庆市 chongqing",
    "河北": "河北省 hebei",
    "山西": "山西省 shanxi",
    "辽宁": "辽宁省 liaoning",
    "吉林": "吉林省 jilin",
    "黑龙江": "黑龙江省 heilongjiang",
    "江苏": "江苏省 jiangsu",
    "浙江": "浙江省 zhejiang",
    "安徽": "安徽省 anhui",
    "福建": "福建省 fujian",
    "江西": "江西省 jiangxi",
    "山东": "山东省 shandong",
    "河南": "河南省 henan",
    "湖北": "湖北省 hubei",
    "湖南": "湖南省 hunan",
    "广东": "广东省 guangdong canton",
    "海南": "海南省 hainan",
    "四川": "四川省 sichuan szechuan szechwan",
    "贵州": "贵州省 guizhou",
    "云南": "云南省 yunnan",
    "陕西": "陕西省 shaanxi",
    "甘肃": "甘肃省 gansu",
    "青海": "青海省 qinghai",
    "台湾": "台湾省 臺灣 台灣 taiwan",
    "内蒙古": "内蒙古自治区 内蒙 neimenggu neimongol innermongolia",
    "广西": "广西壮族自治区 广西省 广西自治区 guangxi guangxizhuang",
    "西藏": "西藏自治区 xizang tibet",
    "宁夏": "宁夏回族自治区 宁夏自治区 宁夏省 ningxia ningxiahui",
    "新疆": "新疆维吾尔自治区 新疆自治区 新疆省 xinjiang xinjianguygur xinjianguyghur",
    "香港": "香港特别行政区 香港特區 hongkong hongkongsar hksar xianggang",
    "澳门": "澳门特别行政区 澳門 macau macao macausar macaosar aomen",
}
"""Short name -> how else it is written, in lower case and without blanks."""

_ENDING = "(?:province|municipality|city|shi|sheng|autonomousregion|zhuangautonomousregion|huiautonomousregion|uyg(?:h)?urautonomousregion|sar|specialadministrativeregion)$"
_COUNTRY = r"^(?:cn|china|中国)[-_/, ]+"
_DICTIONARY = " ".join(["", *(f"{name}={short}" for short, others in PROVINCES.items() for name in (short, *others.split())), ""])


_LONGEST = max(map(len, PROVINCES))


def one_name(region: ir.StringValue) -> ir.StringValue:
    """The short Chinese name of a province of China however it is written; other regions stay as they are.

    Args:
        region: such as ``广东省``, ``Guangdong Province`` or ``Inner Mongolia``.
    """
    plain = region.lower().re_replace(_COUNTRY, "").re_replace(r"[ \t'’_.-]", "").re_replace(_ENDING, "")
    dictionary = ibis.literal(_DICTIONARY)
    place = dictionary.find(ibis.literal(" ").concat(plain, "="))
    short = dictionary.substr(place + plain.length() + 2, _LONGEST).re_extract("^([^ ]+)", 1)
    return ibis.ifelse((place >= 0) & (plain != ""), short, region)
