"""What do systems in German, French, Spanish, Portuguese, Indonesian, Japanese and Korean call the columns, and Chinese ones in pinyin?

The same form as in ``header_names``, whose names come first: only what is said in Chinese characters and in English stands there.
"""

from __future__ import annotations

from collections.abc import Mapping

from fenji.collect.header_names import Names
from fenji.domain.feeds import Feed

_PERSON = {
    "customer_id": Names(
        "kundennummer kundennr kundenid kundenr kdnr n°client noclient numéroclient numeroclient idclient codeclient códigocliente codigocliente nºcliente idcliente "
        "númerocliente códigodocliente codigodocliente numerocliente clienteid idpelanggan 会員id 会員番号 顧客id 顧客番号 顧客コード 得意先コード 회원아이디 회원id 회원번호 고객번호 고객id 구매자id 주문자id "
        "kehubianhao kehuid kehuhao kehudaima huiyuanbianhao huiyuanid huiyuanhao huiyuankahao yonghuid yonghubianhao",
        "kunde client cliente pelanggan pembeli cpf cpfcnpj dni nif 得意先 khbh khdm khid hybh hyid hykh yhid",
    ),
    "phone": Names(
        "telefon telefonnummer handynummer mobiltelefon téléphone telephone portable teléfono telefono móvil celular telefone notelepon nomorhp 電話番号 携帯電話 携帯番号 휴대전화 휴대폰 휴대폰번호 연락처 전화번호 "
        "주문자휴대전화 주문자휴대폰 구매자연락처 구매자휴대폰 shouji shoujihao shoujihaoma lianxidianhua dianhua",
        "sjh sjhm lxdh",
    ),
    "email": Names(
        "emailadresse e-mail-adresse mailadresse courriel adressee-mail adresseemail correoelectrónico correoelectronico correo メールアドレス メール 이메일 이메일주소 youxiang"
    ),
}
_CITY = Names("stadt wohnort ville ciudad cidade município kota 市区町村 chengshi")
_REGION = Names("bundesland land région region departement provincia uf provinsi 都道府県 시도 shengfen", guess="estado")

_ORDER = {
    "order_id": Names(
        "bestellnummer bestellnr bestellungsnummer auftragsnummer auftragsnr rechnungsnummer rechnungsnr belegnummer belegnr n°commande nocommande n°decommande numérodecommande numerodecommande référencecommande "
        "n°facture nofacture numérodefacture nºpedido nopedido númeropedido númerodepedido numerodepedido númerodopedido numerodopedido idpedido nºfactura nofactura númerodefactura numerofactura #deventa nºdeventa "
        "nomorpesanan nopesanan 注文番号 注文id 受注番号 伝票番号 注文no 受注no 주문번호 주문서번호 거래번호 영수증번호 dingdanbianhao dingdanhao dingdanid liushuihao xiaoshoudanhao danjubianhao",
        "commande facture pedido factura bestellung rechnung ddh ddbh ddid djbh djh lsh xsdh",
    ),
    "customer_name": Names(
        "kundenname nomduclient nomclient nombredelcliente nombrecliente comprador nomedocliente nomecliente namapembeli namapelanggan 注文者氏名 注文者名 顧客名 氏名 お客様名 会員名 得意先名 주문자명 주문자 구매자명 고객명 "
        "수취인명 kehumingcheng kehuxingming huiyuanxingming xingming",
        "vorname nachname nom prénom nombre nome khmc khxm hyxm xm",
    ),
    "ordered_at": Names(
        "bestelldatum bestelltam auftragsdatum rechnungsdatum belegdatum kaufdatum datecommande datedecommande datedelacommande datefacture datedefacture fechapedido fechadepedido fechadelpedido fechadeventa fechaventa "
        "fechafactura fechadecompra datadopedido datapedido datadacompra datadavenda tanggalpesanan waktupesanandibuat 注文日時 注文日 受注日 受注日時 購入日 購入日時 売上日 伝票日付 주문일시 주문일 주문일자 주문시간 구매일 거래일시 판매일자 "
        "xiadanshijian xiadanriqi dingdanriqi dingdanshijian xiaoshouriqi jiaoyishijian jiaoyiriqi chengjiaoshijian chuangjianshijian",
        "datum fecha data tanggal 日付 日時 날짜 일자 riqi shijian xdsj xdrq ddrq ddsj xsrq jyrq jysj cjsj djrq",
    ),
    "paid_at": Names(
        "zahlungsdatum bezahltam datedepaiement fechadepago datadopagamento tanggalpembayaran waktupembayaran 入金日 入金日時 決済日時 결제일 결제일시 결제일자 입금일 zhifushijian fukuanshijian zfsj fksj"
    ),
    "status": Names(
        "zahlungsstatus bestellstatus auftragsstatus statut statutdelacommande statutcommande étatdelacommande estadodelpedido estadopedido situação situacao statusdopedido statuspesanan 注文ステータス 注文状態 受注ステータス ステータス "
        "주문상태 결제상태 처리상태 dingdanzhuangtai zhuangtai jiaoyizhuangtai",
        "état estado ddzt zt",
    ),
    "product_id": Names(
        "artikelnummer artikelnr référenceproduit codearticle códigoproducto codigoproducto códigodoproduto kodeproduk 商品コード 商品番号 商品id 品番 상품번호 상품코드 옵션코드 shangpinbianhao shangpinbianma",
        "spbh spbm",
    ),
    "product_name": Names(
        "artikel artikelname artikelbezeichnung bezeichnung produkt désignation article produit producto artículo títulodelapublicación produto nomedoproduto namaproduk 商品名 品名 상품명 제품명 shangpinmingcheng",
        "spmc",
    ),
    "category": Names(
        "warengruppe kategorie catégorie categoría categoria kategori カテゴリ カテゴリー 商品カテゴリ 카테고리 상품분류"
    ),
    "quantity": Names(
        "menge anzahl stückzahl quantité qté cantidad unidades quantidade qtde jumlah 数量 個数 수량 주문수량 구매수량 shuliang",
        "sl",
    ),
    "unit_price": Names(
        "einzelpreis stückpreis prixunitaire preciounitario preçounitário precounitario valorunitário valorunitario hargasatuan 単価 販売価格 단가 판매가 판매가격 상품가격 danjia",
        "preis prix precio preço harga dj",
    ),
    "line_amount": Names(
        "positionssumme zeilensumme totalligne 小計 売上金額 행금액 상품별결제금액",
        "betrag umsatz montant importe valor 金額 금액 매출액 jine je xsje",
    ),
    "order_amount": Names(
        "gesamtbetrag gesamtsumme bruttobetrag rechnungsbetrag endbetrag gesamtpreis montanttotal montantttc totalttc importetotal totalpedido totaldelpedido valortotal valordopedido totaldopedido totalpembayaran totalharga "
        "合計金額 注文金額 請求金額 支払金額 総合計 注文合計 결제금액 실결제금액 총결제금액 총주문금액 최종결제금액 주문금액 shifujine shishoujine zongjine dingdanjine zhifujine",
        "summe brutto 合計 합계 총금액 zje sfje ssje ddje",
    ),
    "refund_amount": Names(
        "erstattungsbetrag erstattet montantremboursé montantrembourse importereembolsado valorreembolsado 返金額 返金金額 환불금액 tuikuanjine tkje"
    ),
    "currency": Names("währung wahrung devise moneda moeda matauang 通貨 통화 bizhong"),
    "channel": Names("filiale kanal boutique magasin canal tienda loja 店舗 店舗名 매장 매장명 판매채널 mendian"),
    "city": _CITY,
    "region": _REGION,
}
_CUSTOMER = {
    "name": _ORDER["customer_name"],
    "city": _CITY,
    "region": _REGION,
    "registered_at": Names(
        "registrierungsdatum datedinscription fechaderegistro datadecadastro 会員登録日 登録日 登録日時 가입일 가입일시 zhuceshijian zhuceriqi"
    ),
    "birth_on": Names("geburtsdatum datedenaissance fechadenacimiento datadenascimento 生年月日 誕生日 생년월일 shengri"),
    "gender": Names("geschlecht sexe sexo género gênero 性別 성별 xingbie"),
    "prior_tier": Names("会員ランク 회원등급 huiyuandengji"),
}

LANGUAGES: Mapping[Feed, Mapping[str, Names]] = {
    Feed.ORDER_LINE: {**_PERSON, **_ORDER},
    Feed.CUSTOMER: {**_PERSON, **_CUSTOMER},
    Feed.BALANCE: _PERSON,
    Feed.FEEDBACK: _PERSON,
    Feed.EVENT: _PERSON,
}
