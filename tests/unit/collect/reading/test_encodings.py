"""Which encoding is a text written in? World: a few names and headers, as small as files get."""

from __future__ import annotations

import pytest

from fenji.collect.reading.encodings import judge

TEXTS = {
    "gb18030": ["订单编号,买家会员名,实付金额\nA1,王小明,10\n", "1,王小明\n", "1,甲\n2,乙\n", "姓名,城市\n欧阳修,苏州\n", "产品：A（大）", "备注:无", "姓名\n张三\n李四\n"],
    "big5": ["訂單編號,客戶姓名\n1,陳志明\n", "姓名,電話\n林淑芬,02\n", "訂購人,金額\n王大明,5\n", "備註\n無\n", "門市,台北信義店\n"],
    "cp932": ["注文番号,顧客名,金額\n1,山田太郎,100\n", "名前,住所\nたなか,とうきょう\n", "商品,カメラ\n", "氏名\n鈴木一郎\n佐藤花子\n"],
    "euc_jp": ["注文番号,お客様名,金額\n1,山田太郎,100\n", "お名前,ご住所\n田中,東京都\n"],
    "cp949": ["주문번호,고객명,금액\n1,김민수,100\n", "이름,주소\n홍길동,서울시 강남구\n", "상품명,수량\n사과,3\n"],
    "cp1252": ["order_id,city\n1,Köln\n2,München\n", "Müller", "Kunde,Straße\nJürgen,Königstraße\n", "nom,prénom\nLefèvre,François\n", "a,Ação\nSão Paulo,João\n", "name,é\n", "Café – 5 €", "Bjørn,Åse"],
    "cp1251": ["заказ,клиент\n1,Иванов\n", "Москва", "Имя,Город\nАнна,Казань\n", "№,Сумма\n1,ООО Ромашка\n"],
    "cp1250": ["zamówienie,klient\nŁukasz,Wrocław\nŻaneta,Kraków\n"],
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "text"), [(encoding, text) for encoding, texts in TEXTS.items() for text in texts])
def test_the_encoding_whose_text_looks_like_a_language_wins(encoding, text):
    assert judge(text.encode(encoding)).encoding == encoding


def test_names_that_two_encodings_read_differently_are_a_doubt():
    assert judge("Novák,Plzeň\nŘeháková,Brno\n".encode("cp1250")).rival is not None


def test_noise_is_no_text():
    assert judge(bytes(range(128, 256)) * 4).encoding is None
