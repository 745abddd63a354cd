"""What do shops, CRMs, tills, databases and service desks call the columns that fill our fields? One table per feed, best name first.

Names stand in the form of ``headers.lookup_key``: no spaces, underscores or units, small letters. ``sure`` names mean this field and
nothing else, ``likely`` ones nearly always do, ``guess`` ones need the cells to agree. Order within a list is order of preference.
"""

from __future__ import annotations

from dataclasses import dataclass

from fenji.domain.feeds import Feed


@dataclass(frozen=True)
class Names:
    """The names of one field, each list separated by spaces, best first."""

    sure: str = ""
    likely: str = ""
    guess: str = ""


_PHONE = Names(
    "买家手机号 买家手机 phone(billing) 联系手机 手机号 手机号码 会员手机 会员手机号 客户手机 客户手机号 移动电话 收货人手机 收货人手机号 收件人手机 收件人手机号 "
    "收货人手机号/提货人手机号 收货人电话 收件人电话 手机 mobile mobilephone mobilenumber cellphone cellphonenumber mobileno phonenumber "
    "billingphone shippingphone customerphone buyerphone buyerphonenumber phone",
    "联系电话 电话 电话号码 联系方式 客户电话 预留电话 电话1 手机1 telephone tel contactphone contactnumber phoneno shipphonenumber msisdn",
    "contact 联系人电话 固定电话",
)
_EMAIL = Names(
    "电子邮箱 邮箱 电子邮件 邮箱地址 电子邮件地址 email email(billing) emailaddress mail customeremail requesteremail buyeremail billingemail contactemail e-mail useremail "
    "邮件地址 会员邮箱 客户邮箱",
    "emailaddr emailid 邮件",
)
_UNION_ID = Names("unionid 微信unionid wxunionid wechatunionid", "微信openid openid wxopenid")
_CUSTOMER_ID = Names(
    "客户编号 客户id 客户号 客户编码 客户代码 会员编号 会员id 会员号 会员卡号 会员编码 会员代码 会员账号 会员帐号 用户id 用户编号 用户编码 用户号 买家id 买家编号 学员编号 学员id 学员号 学号 客人编号 宾客编号 旅客编号 患者编号 "
    "买家uid 下单帐号 下单账号 买家会员名 买家旺旺 买家账号 买家帐号 顾客编号 顾客id customerid customerno customernumber customercode custid "
    "custno custcode memberid memberno membernumber membercode membercard userid useruid buyerid clientid clientno householdid householdkey accountid "
    "accountnumber crmid shopperid subscriberid patientid guestid passengerid studentid policyholderid customerkey 会员卡编号 客户唯一标识 户号 用户户号 客户户号 用水户号 用电户号 加油卡号 储值卡号 消费卡号 会员卡卡号 常旅客卡号 soldtoparty soldtopt soldto payerid",
    "卡号 账号 帐号 旺旺号 旺旺 买家支付宝账号 买家支付宝帐号 客户账号 用户账号 会员名 用户名 customer member user buyer username buyerusername loyaltyid 买家昵称 用户标识 户主 户名 车牌号 车牌号码 "
    "loyaltynumber cardno cardnumber account uid personid distinctid contactid party partyid household 客户 会员 用户 买家",
    "会员昵称 用户昵称 昵称 客户昵称 buyernickname nickname screenname",
)
_PERSON = {"customer_id": _CUSTOMER_ID, "phone": _PHONE, "email": _EMAIL, "union_id": _UNION_ID}

_REGION = Names(
    "省份 省 收货人省份 收货省份 收件人省份 收货省 收件省 所在省份 所属省份 省/直辖市 省市 客户省份 会员省份 province statecode(billing) state(billing) shippingprovince shippingprovincename "
    "billingprovince billingprovincename shipstate shippingstate billingstate shipprovince region customerregion regionname 区域 大区 地区 销售区域 所属地区 所在地区 "
    "客户区域 所属区域 客户地区",
    "state country shipcountry shippingcountry billingcountry countryname countrycode 国家 国家/地区 地域 area territory storeregion market",
    "location 所在地 收货地址 地址",
)
_CITY = Names(
    "城市 市 收货人城市 收货城市 收件人城市 收货市 收件市 所在城市 所属城市 客户城市 会员城市 city city(billing) shipcity shippingcity billingcity customercity cityname town",
    "地级市 municipality",
)
_CATEGORY = Names(
    "商品类目 类目 商品分类 商品类别 产品类别 产品分类 品类 商品品类 一级类目 类目名称 分类名称 商品大类 货品分类 存货分类 所属分类 category productcategory itemcategory "
    "categoryname productcategoryname categories producttype lineitemcategory",
    "大类 中类 小类 二级类目 三级类目 分类 类别 department productgroup itemgroup productline subcategory categoryid dept productdepartment 产品线 产品大类",
    "type family class",
)
_PRODUCT_ID = Names(
    "商品编码(平台) 商品id 商品编码 商品编号 商品代码 产品编号 产品编码 产品id 产品代码 货品编号 货品编码 物料编码 存货编码 宝贝id 外部系统编号 商家编码 货号 条码 商品条码 条形码 "
    "skuid sku 商家skuid 商家编码-规格维度 skucode skuno stockcode productid productcode productno productnumber productsku itemid itemcode itemno itemnumber lineitemsku asin "
    "goodsid goodsno goodscode barcode ean upc gtin productvariantid materialcode materialno articleno articlenumber articleid productkey",
    "样式id sku编码(自定义) 商品编码(自定义) sku编码 规格编码 单品编码 spu spuid spucode variantid variantsku sellersku handle 商品sku 课程编号 套餐编号 plu",
)
_PRODUCT_NAME = Names(
    "商品名称 商品标题 宝贝标题 选购商品 全部商品名称 产品名称 货品名称 品名 物料名称 存货名称 宝贝名称 商品全名 productname producttitle itemname lineitemname "
    "goodsname itemdescription productdescription stockdescription title producttitle skuname articlename 课程名称 套餐名称 菜品名称 房型",
    "商品 标题 产品 货品 项目名称 服务项目 description desc product item goods articledescription materialname 名称 name",
    "项目 goodsdesc",
)
_KIND_OF_PERSON = Names(
    "客户类型 客户性质 客户类别 会员类型 个人/企业 客户属性 customertype clienttype membertype persontype accounttype kind",
    "usertype 用户类型 类型 type",
)

_CUSTOMER = {
    **_PERSON,
    # Only a table of customers may call their key by a word that means any key.
    "customer_id": Names(
        _CUSTOMER_ID.sure, _CUSTOMER_ID.likely, f"id 编号 uniqueid recid recordid {_CUSTOMER_ID.guess} code 序号"
    ),
    "name": Names(
        "客户名称 客户姓名 会员姓名 会员名称 姓名 公司名称 企业名称 单位名称 客户全称 用户姓名 真实姓名 顾客姓名 name fullname customername clientname membername companyname "
        "contactname displayname accountname realname username 用户名称 客户简称 company customerfullname",
        "名称 公司 企业 单位 联系人 联系人姓名 姓名/公司 会员名 昵称 会员昵称 用户昵称 nickname 用户名 收货人姓名 full_name lastname firstname surname givenname",
        "客户 会员",
    ),
    "kind": _KIND_OF_PERSON,
    "gender": Names("性别 客户性别 会员性别 gender sex", "称谓 salutation"),
    "birth_on": Names(
        "生日 出生日期 出生年月日 会员生日 客户生日 出生年月 birthday birthdate dateofbirth dob birthon birth birthdt",
        "阳历生日 公历生日",
    ),
    "region": _REGION,
    "city": _CITY,
    "industry": Names("行业 所属行业 客户行业 所在行业 行业类别 industry industryname sector industrytype", "vertical 经营范围"),
    "occupation": Names(
        "职业 客户职业 工作 职位 职务 occupation job jobtitle profession jobrole", "岗位 position employment", "title"
    ),
    "income_band": Names(
        "收入 年收入 月收入 收入区间 收入水平 收入范围 家庭年收入 年收入区间 income incomeband incomerange incomelevel annualincome householdincome monthlyincome incomedesc",
        "消费能力 salary earnings",
    ),
    "education": Names("学历 教育程度 文化程度 最高学历 受教育程度 education educationlevel degree", "schooling"),
    "acquisition_channel": Names(
        "来源渠道 客户来源 会员来源 注册渠道 获客渠道 注册来源 开卡渠道 入会渠道 用户来源 拉新渠道 acquisitionchannel acquisitionsource registrationchannel signupchannel "
        "leadsource customersource utmsource signupsource registersource firstchannel",
        "来源 渠道 渠道来源 source channel referralsource 招募渠道 开卡门店 注册门店",
    ),
    "registered_at": Names(
        "注册时间 注册日期 入会时间 入会日期 开卡时间 开卡日期 会员注册时间 加入时间 开户日期 开户时间 办卡日期 建档日期 建档时间 客户创建时间 成为会员时间 入会日 registeredat registrationdate "
        "registrationtime registertime registerdate signupdate signedupat joindate joinedat membersince signupat customersince dateregistered accountcreated "
        "accountopened opendate enrollmentdate enrolledat regtime regdate",
        "createdat 创建时间 创建日期 创建于 录入时间 创建日 createtime createdate createdon datecreated created createddate since usersince firstseen",
    ),
    "referrer_id": Names(
        "推荐人编号 推荐人 推荐人id 推荐会员 推荐会员号 邀请人 邀请人id 介绍人 推荐人会员号 推荐人手机号 referrerid referrer referredby inviterid inviter referredbyid referralid parentid",
        "上级 上级会员 分享人",
    ),
    "consent_marketing": Names(
        "营销授权 是否接收营销 接收营销 营销同意 是否同意营销 接收短信 是否接收短信 是否订阅 同意接收营销信息 消息订阅 是否授权 acceptsmarketing marketingconsent consentmarketing optin optedin "
        "emailoptin smsoptin subscribed acceptsemailmarketing newsletter marketingoptin emailmarketingconsent",
        "订阅状态 permission consent acceptssmsmarketing",
    ),
    "prior_tier": Names(
        "客户级别 客户等级 会员等级 会员级别 等级 级别 原等级 会员等级名称 客户评级 评级 vip等级 会员卡等级 卡等级 会员类别 memberlevel membergrade tier membertier customerlevel customergrade "
        "customertier viplevel loyaltytier priortier grade memberrank membershiplevel membershiptier loyaltylevel 客户分级",
        "卡类型 卡种 vip level rank 会员卡类型 卡类别 membership status",
    ),
}

_ORDER_LINE = {
    "order_id": Names(
        "主订单编号 订单编号 订单号 主订单号 主订单id 订单id 订单编码 销售订单编号 销售订单号 销售单号 订单流水号 平台订单号 线上订单号 原始单号 小票号 小票编号 交易编号 交易单编号 交易流水号 结算单号 消费单号 账单号 "
        "ordernumber orderid orderno ordercode ordername ordersn orderkey amazonorderid invoice invoiceno invoiceid invoicenumber basketid receiptno receiptid receiptnumber "
        "transactionid transactionno transactionnumber saleid salesorderid salesorderno salesordernumber salesid ticketno ticketid billno billid purchaseid purchaseorderid "
        "bookingid reservationid tradeid tid tradeno txnid 收费单号 缴费单号 收费编号 缴费编号 收据号 票据号 销售发票号 salesdoc salesdocument billingdoc billingdocument sono",
        "单号 单据编号 单据号 流水号 网店订单号 预订单号 预约单号 合同编号 合同号 order documentno docno docentry trans transid checkno 发票号 出库单号 bill receipt 保单号 票号",
        "name 交易号 id no num",
    ),
    **_PERSON,
    "customer_name": Names(
        "收货人姓名 收件人姓名 客人姓名 学员姓名 收货人 收件人 客户姓名 客户名称 收货人/提货人 购货单位 往来单位 会员姓名 顾客姓名 姓名 公司名称 customername buyername recipientname shippingname billingname shipname "
        "clientname fullname membername receiver receivername consignee companyname",
        "公司 客户全称 联系人 会员昵称 nickname shipto billto company firstname lastname billingfirstname billinglastname 客户 会员",
    ),
    "region": _REGION,
    "city": _CITY,
    "ordered_at": Names(
        "订单创建时间 订单下单时间 下单时间 订单成交时间 订单提交时间 下单日期 订单时间 订单日期 交易时间 交易日期 报名时间 报名日期 预订时间 预订日期 消费时间 消费日期 销售日期 销售时间 购买时间 购买日期 成交时间 成交日期 拍下时间 "
        "订单生成时间 开单日期 开单时间 单据日期 业务日期 结账时间 消费日 营业日期 入住日期 开台时间 orderedat orderdate ordertime orderdatetime orderedon invoicedate invoicetime purchasedate purchasedat "
        "purchasetime transactiondate transactiontime transactiontimestamp transactiondatetime saledate saletime salesdate soldat orderplacedat ordercreatedat ordercreatedtime "
        "datepurchased ordertimestamp placedat orderpurchasetimestamp checkoutdate orderplaced txndate txntime bookingdate receiptdate billdate gmtcreate 还款日期 刷卡日期 记账日期 收费时间 收费日期 服务时间 服务日期 加油时间 洗车时间 就诊日期 就诊时间 账单月份 账单周期 billingdate billdate postingdate docdate",
        "创建时间 创建日期 日期 时间 addtime 添加时间 交易创建时间 createdat createtime createdate createdtime datecreated dateadded dateadd addedat created createddate 账期 计费月 计费月份 计费账期 抄表月份 月份 所属月份 billingmonth billingperiod billmonth date time timestamp datetime transdate purchase day dt 制单日期",
        "完成时间 订单完成时间 completedat closedate",
    ),
    "paid_at": Names(
        "订单付款时间 买家付款时间 支付时间 付款确认时间 支付完成时间 付款时间 订单支付时间 支付日期 付款日期 收款时间 到账时间 paidat paymentdate paymenttime paidon paydate paytime paymentat datepaid "
        "paymentsdate paiddate paymentdatetime",
        "收款日期 processedat",
    ),
    "status": Names(
        "订单状态 交易状态 单据状态 缴费状态 收费状态 结算状态 订单当前状态 支付状态 付款状态 orderstatus financialstatus paymentstatus status transactionstatus salestatus tradestatus orderstate postatus invoicestatus",
        "状态",
        "state",
    ),
    "product_id": _PRODUCT_ID,
    "product_name": _PRODUCT_NAME,
    "category": _CATEGORY,
    "channel": Names(
        "渠道 销售渠道 平台 来源平台 店铺平台 订单渠道 订单来源 下单渠道 销售平台 渠道名称 交易渠道 消费渠道 店铺名称 店铺 门店 门店名称 网店名称 channel saleschannel platform orderchannel ordersource sourcename "
        "store storename storeid shop shopname distributionchannel",
        "来源 source 门店编号 店铺id storecode outlet location branch",
    ),
    "quantity": Names(
        "订购数量 购买数量 实发数量 出库数量 商品数量 宝贝总数量 商品总数量 数量 销售数量 商品件数 件数 销量 下单数量 销售件数 购买件数 总数量 quantity qty quantity(refund) lineitemquantity quantitypurchased orderquantity orderqty itemqty "
        "salesqty unitssold salesquantity itemquantity quantityordered qtyordered",
        "num goodsnum buynum units pieces pcs numitems count 份数 间夜 人数",
    ),
    "unit_price": Names(
        "单价 商品单价 京东价 商品实际价格(单件) 商品价格(单件) 销售单价 成交单价 商品价格 实际单价 成交价 unitprice lineitemprice itemprice itemcost salesprice sellingprice priceeach priceperunit unitsaleprice",
        "价格 售价 price 商品售价 含税单价 saleprice amountperunit rate",
        "原价 标价 listprice",
    ),
    "line_amount": Names(
        "子订单实付金额 商品实付金额 商品实际价格(总共) 行金额 明细金额 商品金额小计 小计 本行实付金额 实收金额小计 分摊后金额 分摊金额 lineamount linetotal linevalue itemtotal itemamount salesvalue linesubtotal "
        "lineitemtotal 含税金额 netvalue extendedprice lineprice netlineamount lineitemamount itemsubtotal lineitemsubtotal netamountline linerevenue productrevenue",
        "销售额 金额 销售金额 成交金额 交易金额 消费金额 实收 实收金额 revenue sales netsales salesamount netrevenue netamount amount salesusd turnover",
        "商品金额 商品总价 subtotal gmv value grosssales gross spend",
    ),
    "order_amount": Names(
        "买家实际支付金额 买家实付金额 用户实付金额 订单实付金额 订单实际支付金额 实付金额 实际支付金额 应付金额 订单应付金额 销售订单金额 订单实收金额 订单净额 实缴金额 实缴费用 实缴 实收学费 实缴学费 支付金额 付款金额 实付款 实付 实际付款 订单支付金额 订单总实付 "
        "商家应收 ordertotal ordertotalamount orderamount paidamount amountpaid totalpaid payamount paymentamount grandtotal totalprice totalamount transactionamount purchaseamount "
        "orderrevenue ordervalue actualpayment payment paymentvalue invoiceamount invoicetotal totalpricecny currenttotalprice ordernetamount",
        "结算金额 房费 总房费 餐费 学费 课程费 报名费 票价 保费 订单金额 订单总金额 订单总价 总金额 订单总额 合计 合计金额 总价 总额 应收金额 商家实收金额 订单实际收款金额 刷卡金额 total amounttotal totalsales billamount 账单金额 实收总额 totalcost totalspent",
        "买家应付货款 商品总价 gross",
    ),
    "refund_amount": Names(
        "退款金额 商品已退款金额 已退款金额 实际退款金额 退款总金额 累计退款 退货金额 refundamount refundedamount totalrefunded amountrefunded refund refunded orderrefundamount refundtotal refundvalue 已退金额 退单金额",
        "售后退款金额 returnamount returnedamount 申请退款金额",
    ),
    "refunded_at": Names(
        "退款时间 退款完成时间 退款日期 退款成功时间 售后完成时间 退货时间 退货日期 refundedat refunddate refundtime daterefunded returndate returnedat"
    ),
    "currency": Names(
        "币种 货币 币别 结算币种 货币单位 货币代码 currency currencycode ordercurrency currencyiso 交易币种 isocurrency"
    ),
    "kind": Names(
        "单据类型 业务类型 销售类型 交易类型 单据类别 出入库类型 recordtype transactiontype doctype documenttype saletype salestype linekind kind txntype",
        "订单类型 类型 ordertype type",
    ),
}

_PRODUCT = {
    "product_id": Names(_PRODUCT_ID.sure, _PRODUCT_ID.likely, "code 编码 编号 id"),
    "name": _PRODUCT_NAME,
    "category": _CATEGORY,
    "brand": Names(
        "品牌 商品品牌 品牌名称 brand brandname vendor productbrand", "manufacturer 厂家 生产厂家 厂商 manufacturerid brandid"
    ),
    "unit_cost": Names(
        "成本 单位成本 成本价 进价 采购价 进货价 成本单价 采购单价 unitcost cost costprice purchaseprice costperitem standardcost productcost itemcost landedcost buyingprice",
        "costprc 参考成本 参考进价",
    ),
}

_AT = "时间 日期 发生时间 记录时间 at date time timestamp datetime occurredat createdat createtime created createddate createdate 创建时间 创建日期"

_EVENT = {
    "event_id": Names(
        "事件编号 事件id 日志id 行为编号 eventid eventno logid hitid activityid messageid sessioneventid visitid",
        "记录编号 流水号 sessionid id",
    ),
    **_PERSON,
    "at": Names(
        "事件时间 发生时间 行为时间 访问时间 浏览时间 登录时间 点击时间 操作时间 签到时间 变动时间 上课时间 到店时间 入住时间 eventtime eventtimestamp eventat eventdate occurredat visitedat visittime visitdate "
        "logintime loginat clicktime actiontime servertime eventdatetime hittime originaltimestamp activitydate activitytime checkinat visitstarttime",
        _AT + " day ts 登录日期 签到日期",
    ),
    "kind": Names(
        "事件类型 事件名称 事件 行为类型 行为 动作 操作类型 变动类型 事件名 行为名称 eventtype eventname event action actiontype behaviortype behavior behaviour activitytype eventkind eventcategory activity",
        "类型 操作 type kind name",
    ),
    "value": Names(
        "数值 事件值 停留时长 停留时间 变动积分 变动值 浏览时长 时长 积分 里程 间夜数 课时 value eventvalue duration points miles nights amountofevent minutes seconds",
        "次数 数量 count quantity score",
    ),
}

_FEEDBACK = {
    "feedback_id": Names(
        "反馈编号 反馈id 工单编号 工单号 工单id 投诉编号 投诉单号 评价编号 评价id 问卷编号 答卷编号 答卷序号 受理编号 受理单号 feedbackid ticketid ticketno ticketnumber complaintid responseid surveyid reviewid caseid "
        "casenumber caseno issueid respondentid submissionid",
        "序号 编号 单号 ticket id",
    ),
    **_PERSON,
    "at": Names(
        "反馈时间 投诉时间 投诉日期 评价时间 评价日期 提交时间 提交答卷时间 受理时间 受理日期 来电时间 工单创建时间 回访时间 答题时间 评分时间 调研时间 feedbackat feedbackdate complaintdate complainedat submittedat submitdate submittime "
        "submissiondate reviewdate reviewedat ratedat surveydate responsedate datereceived receivedat receiveddate ticketcreatedat openedat opendate opened recordeddate respondedat "
        "reviewcreationdate surveyedat answeredat casecreateddate",
        _AT + " startdate 填写时间 回访日期 登记时间",
    ),
    "kind": Names(
        "反馈类型 投诉类型 工单类型 评价类型 问卷类型 诉求类型 feedbacktype feedbackkind tickettype casetype kind surveytype",
        "类型 type",
    ),
    "score": Names(
        "满意度 评分 得分 满意度评分 满意度得分 nps nps评分 nps得分 推荐意愿 打分 评价分数 服务评分 综合评分 满意度分数 推荐分 星级 评价星级 score rating npsscore csat csatscore satisfaction satisfactionscore stars starrating "
        "reviewscore surveyscore satisfactionrating overallrating recommendscore likelihoodtorecommend promoterscore overallsatisfaction",
        "分数 总分 评价等级 满意程度 points mark grade",
    ),
    "topic": Names(
        "主题 投诉主题 问题分类 问题类型 投诉原因 问题类别 工单分类 工单主题 投诉分类 反馈主题 反馈分类 投诉内容分类 topic issue subject category complainttype complaintcategory reason issuetype feedbacktopic tickettopic "
        "issuecategory",
        "标题 product 商品名称 分类 原因 subissue title tags",
    ),
    "resolved_at": Names(
        "解决时间 处理完成时间 完结时间 关闭时间 结案时间 办结时间 处理时间 工单完成时间 工单关闭时间 解决日期 resolvedat resolutiondate resolvedon closedat closeddate closedate solvedat resolveddate resolutiontime dateclosed dateresolved",
        "完成时间 回复时间 completedat",
    ),
    "text": Names(
        "内容 反馈内容 投诉内容 评价内容 问题描述 意见 建议 意见建议 评论 评论内容 留言 工单内容 诉求内容 描述 详情 text comment comments content feedback reviewtext reviewbody message description verbatim body "
        "complaintnarrative consumercomplaintnarrative reviewcommentmessage suggestion complaint narrative details",
        "备注 remark note notes 回访内容",
    ),
}

_CAMPAIGN_CONTACT = {
    "campaign_id": Names(
        "活动编号 活动id 活动名称 营销活动 活动 campaignid campaign campaignname campaigncode campaignno 营销活动编号 营销活动名称 计划编号 任务编号 推送任务 群发任务 activityid promotionid 触达任务",
        "任务名称 计划名称 message",
    ),
    **_PERSON,
    "contacted_at": Names(
        "触达时间 发送时间 推送时间 触达日期 发送日期 外呼时间 联系时间 群发时间 拨打时间 contactedat contactdate contacttime sentat senddate sendtime sentdate deliveredat contactedon calldate calldatetime messagesentat "
        "datesent pushedat lastcontactdate contactdatetime",
        "执行时间 投放时间 开始时间 开始日期 startdate " + _AT,
    ),
    "channel": Names(
        "触达渠道 发送渠道 渠道 推送渠道 营销渠道 触达方式 发送方式 channel contactchannel medium contacttype contactmethod mediatype communicationchannel",
        "方式 type contact campaigntype",
    ),
    "variant": Names(
        "分组 实验组 实验分组 组别 测试组 ab分组 对照组 variant group testgroup experimentgroup treatment arm abgroup controlgroup cell bucket",
        "版本 是否对照组 iscontrol",
    ),
    "cost": Names("成本 触达成本 费用 发送费用 短信费用 单次成本 cost contactcost sendcost spend unitcost", "金额 fee price"),
}

_REDEMPTION = {
    "redemption_id": Names(
        "核销编号 核销id 核销单号 核销流水号 使用记录编号 券核销号 redemptionid redemptionno redeemid usageid", "流水号 id"
    ),
    **_PERSON,
    "redeemed_at": Names(
        "核销时间 核销日期 使用时间 用券时间 兑换时间 兑换日期 券使用时间 使用日期 redeemedat redemptiondate redeemdate redeemtime redeemedon usedat useddate usedtime redemptiontime redemptiondatetime couponusedat",
        _AT,
    ),
    "coupon_id": Names(
        "优惠券 优惠券编号 优惠券id 优惠券码 优惠券名称 券码 券号 券名称 券id 券编号 卡券编号 卡券名称 优惠码 兑换码 卡券 优惠券码名称 coupon couponid couponcode couponupc couponno couponname vouchercode voucherid promocode discountcode promotioncode voucher "
        "offerid giftcode",
        "礼品 奖品 券 code offer",
    ),
    "campaign_id": Names(
        "活动编号 活动id 活动名称 营销活动 活动 campaignid campaign campaignname campaigncode promotionid 营销活动编号"
    ),
    "order_id": Names(
        "订单编号 订单号 订单id 核销订单号 使用订单号 消费单号 orderid orderno ordernumber transactionid basketid",
        "小票号 单号 order",
    ),
    "value": Names(
        "抵扣金额 优惠金额 核销金额 券面值 面额 面值 减免金额 券金额 discountamount discountvalue couponvalue couponamount redemptionvalue vouchervalue amountoff discount facevalue",
        "金额 value amount coupondisc",
    ),
}

_REFERRAL = {
    "referrer_id": Names(
        "推荐人 推荐人编号 推荐人id 推荐人会员号 邀请人 邀请人id 邀请人编号 介绍人 老客户编号 老会员编号 老客户 推荐会员 推荐会员编号 referrerid referrer inviterid inviter referredby referringcustomerid advocateid sponsorid referrercustomerid "
        "invitedby inviteruserid referreruserid",
        "分享人 上级 parentid sharer",
    ),
    "customer_id": Names(
        "被推荐人 被推荐人编号 被推荐人id 被邀请人 被邀请人id 被邀请人编号 新客户编号 新会员编号 新客户 被推荐会员 被推荐会员编号 referredid referredcustomerid referee refereeid inviteeid invitee newcustomerid friendid referreduserid inviteduserid",
        "客户编号 会员编号 用户id customerid userid memberid referred invited",
    ),
    "referred_at": Names(
        "推荐时间 邀请时间 推荐日期 邀请日期 介绍时间 referredat referraldate invitedat invitedate referreddate referralat inviteat",
        "注册时间 " + _AT,
    ),
}

_CONTRACT = {
    "contract_id": Names(
        "合同编号 合同号 合同id 合同号码 合约编号 合约号 合约id 保单号 保单编号 保单号码 保险单号 贷款编号 借据号 借据编号 订阅编号 订阅id 协议编号 协议号 "
        "contractid contractno contractnumber contractcode agreementid agreementno agreementnumber policynumber policyno policyid "
        "subscriptionid subscriptionno loanid loannumber enrollmentid enrolmentid leaseid",
        "报名编号 报名单号 服务编号 业务号码 serviceid subscriptionkey",
    ),
    **_PERSON,
    "started_at": Names(
        "合同开始时间 合同开始日期 合同开始日 合同起始日期 合同起始日 合同起期 合同生效日期 合同生效日 合约开始日期 合约开始时间 合约生效日期 签约日期 签约时间 签约日 合同签订日期 "
        "起保日期 保险起期 起租日期 订阅开始时间 订阅开始日期 开户日期 开户时间 开户日 入网时间 入网日期 开通日期 开通时间 放款日期 报名日期 报名时间 生效日期 生效时间 生效日 "
        "contractstart contractstartdate contractstartedat contractbegin contractbegindate contractfrom subscriptionstart subscriptionstartdate "
        "subscribedat subscriptionstartedat policystartdate effectivedate effectivefrom inceptiondate activationdate activatedat openedat opendate "
        "accountopendate accountopened enrollmentdate enrolmentdate enrolledat startedat startedon",
        "开始时间 开始日期 起始日期 起始时间 开始日 起始日 开课日期 入学日期 startdate starttime start startsat startson validfrom begindate begin fromdate",
    ),
    "ended_at": Names(
        "合同结束时间 合同结束日期 合同结束日 合同到期日 合同到期日期 合同到期时间 合同终止日期 合同终止日 合同止期 合约到期日 合约到期日期 合约结束日期 解约日期 解约时间 "
        "保险止期 退租日期 订阅结束时间 订阅结束日期 退订时间 退订日期 销户日期 销户时间 离网时间 离网日期 退保日期 注销日期 注销时间 终止日期 终止时间 到期日期 到期时间 到期日 失效日期 失效时间 "
        "contractend contractenddate contractendedat contractto subscriptionend subscriptionenddate unsubscribedat subscriptionendedat policyenddate "
        "expirydate expirationdate expiresat expiredat terminationdate terminatedat cancellationdate canceldate cancelledat canceledat churndate churnedat "
        "closedate closedat accountclosed accountclosedate maturitydate effectiveto effectiveuntil endedat endedon",
        "结束时间 结束日期 截止日期 截止时间 结束日 截止日 结课日期 退课日期 毕业日期 enddate endtime end endsat endson validto validuntil todate",
    ),
    "plan": Names(
        "套餐 套餐名称 套餐类型 合约套餐 资费套餐 资费名称 产品套餐 险种 险种名称 保险产品 订阅计划 班型 合同类型 合约类型 plan planname plantype subscriptionplan "
        "tariff tariffname tariffplan rateplan subscriptiontype contracttype membershiptype package packagename",
        "课程名称 课程 产品名称 产品 业务类型 contract product productname producttype service servicetype",
        "类型 type",
    ),
    "monthly_fee": Names(
        "月费 月租 月租费 套餐月费 套餐月租 月费用 每月费用 月服务费 月保费 月供 月付金额 月金额 每月金额 monthlyfee monthlycharge monthlycharges monthlyprice "
        "monthlyamount monthlyrate monthlypremium monthlyrent monthlyrecurringrevenue mrr feepermonth pricepermonth",
        "资费 租金 monthlypayment recurringamount",
        "费用 fee price",
    ),
    "status": Names(
        "合同状态 合约状态 账户状态 用户状态 保单状态 服务状态 订阅状态 在网状态 学员状态 状态 contractstatus subscriptionstatus accountstatus policystatus "
        "servicestatus agreementstatus status",
        "客户状态 会员状态 state",
    ),
}

_PAYMENT = {
    "payment_id": Names(
        "收款单号 收款编号 付款单号 支付单号 支付流水号 收款流水号 付款编号 回款编号 paymentid paymentno paymentnumber paymentref paymentreference",
        "流水号 transactionid txnid",
    ),
    "order_id": _ORDER_LINE["order_id"],
    "paid_at": Names(f"{_ORDER_LINE['paid_at'].sure} 收款日期 回款日期 回款时间 processedat", "日期 时间 date createdat"),
    "amount": Names(
        "收款金额 付款金额 支付金额 回款金额 实收金额 本次收款 paymentvalue paymentamount amountpaid paidamount amountreceived",
        "金额 amount value total",
    ),
    "method": Names("支付方式 付款方式 收款方式 paymenttype paymentmethod tender tendertype method", "类型 type"),
    "status": Names("支付状态 付款状态 收款状态 paymentstatus status", "状态 state"),
    "currency": _ORDER_LINE["currency"],
}

_RETURN = {
    "return_id": Names(
        "退款编号 退款单号 退货单号 退货编号 退单号 售后单号 售后编号 退换货单号 returnid returnno returnnumber refundid refundno refundnumber rma rmano rmanumber creditnoteid creditmemono",
    ),
    "order_id": _ORDER_LINE["order_id"],
    "product_id": _PRODUCT_ID,
    "returned_at": Names(
        "退款完结时间 退款完成时间 退款成功时间 退款时间 退货时间 退货日期 退款日期 退货完成时间 退单时间 refundedat refunddate refundtime returnedat returndate returntime",
        "完结时间 完成时间 处理时间 退款申请时间 申请时间 申请日期 日期 时间 date createdat",
    ),
    "amount": Names(
        "买家退款金额 实际退款金额 实退金额 退款金额 退货金额 退款总金额 退单金额 refundamount refundedamount amountrefunded totalrefunded refundtotal refundvalue amountreturned returnedamount returnamount returnvalue creditamount",
        "金额 amount refund total",
    ),
    "quantity": Names("退货数量 退款数量 退货件数 returnquantity returnqty refundqty quantity qty", "数量 件数"),
    "status": Names("退款状态 售后状态 退货状态 退单状态 returnstatus refundstatus status", "状态 state"),
    "return_reason": Names("退款原因 退货原因 售后原因 returnreason refundreason reason", "原因"),
    "currency": _ORDER_LINE["currency"],
}

_BALANCE = {
    **_PERSON,
    "customer_id": _CUSTOMER["customer_id"],
    "total": Names(
        "累计消费金额 累计消费额 累计消费 历史消费金额 历史消费总额 消费总额 消费总金额 总消费金额 总消费 累计交易额 累计实付金额 累计购买金额 totalspent totalspend lifetimespend lifetimevalue "
        "historiccustomerlifetimevalue customerlifetimevalue totalrevenue totalsales totalpurchases lifetimerevenue",
        "消费金额 交易总额 spent spend ltv clv monetary",
    ),
    "orders": Names(
        "累计消费次数 消费次数 总消费次数 累计订单数 购买次数 累计购买次数 总订单数 订单数 消费笔数 totalorders orderscount ordercount numberoforders historicnumberoforders numorders totaltransactions",
        "frequency 次数",
    ),
    "first_at": Names("首次消费时间 首次消费日期 首次购买时间 首单时间 首单日期 firstorderdate firstpurchasedate firstorderat"),
    "last_at": Names(
        "最近消费时间 最近消费日期 最后消费日期 最后消费时间 最近一次消费 最近一次消费时间 最近购买时间 最后购买时间 上次消费时间 末次消费日期 lastorderdate lastpurchasedate lastorderat lastpurchase lastorder lastvisit",
    ),
    "currency": _ORDER_LINE["currency"],
}

NAMES: dict[Feed, dict[str, Names]] = {
    Feed.CUSTOMER: _CUSTOMER,
    Feed.ORDER_LINE: _ORDER_LINE,
    Feed.PRODUCT: _PRODUCT,
    Feed.EVENT: _EVENT,
    Feed.FEEDBACK: _FEEDBACK,
    Feed.CAMPAIGN_CONTACT: _CAMPAIGN_CONTACT,
    Feed.REDEMPTION: _REDEMPTION,
    Feed.REFERRAL: _REFERRAL,
    Feed.CONTRACT: _CONTRACT,
    Feed.PAYMENT: _PAYMENT,
    Feed.RETURN: _RETURN,
    Feed.BALANCE: _BALANCE,
}

COMPANY_NAMES = "购货单位 往来单位 客户 购货方 购买方 购方名称 客商 客商名称 客户单位 客户名称 公司名称 客户全称 公司 企业名称 单位名称 companyname customername clientname 会员昵称 用户昵称 买家微信昵称 微信昵称 昵称 nickname"
"""Columns of an order that hold a customer's name and may stand in for an id that the table lacks: companies have names of their own."""

PARTS = "sheet sheetname 工作表 工作表名 源文件 文件名 来源表 来源文件 来源工作表 filename sourcefile sourcesheet sourcetable sourcefilename"
"""Columns that say which file or sheet a row first came from."""

UNUSED = (
    "买家应付邮费 买家支付积分 返点积分 买家实际支付积分 买家留言 收货地址 运送方式 宝贝种类 物流单号 物流公司 订单备注 订单关闭原因 卖家服务费 买家服务费 发票抬头 是否手机订单 分阶段订单信息 特权订金订单id 是否上传合同照片 "
    "是否上传小票 是否代付 定金排名 修改后的sku 修改后的收货地址 异常信息 天猫卡券抵扣 集分宝抵扣 是否是o2o交易 新零售交易类型 新零售导购门店名称 新零售导购门店id 新零售发货门店名称 新零售发货门店id 预约门店 确认收货时间 打款商家金额 "
    "含应开票给个人的个人红包 直播返现状态 返现金额 发货时间 商家备忘 支付单号 支付详情 商品属性 套餐信息 备注 退款状态 支付方式 余额支付 客户地址 发票类型 发票内容 商家备注 运费金额 增值税发票 订单完成时间 送装服务 服务费 仓库id "
    "仓库名称 普通发票纳税编号 是否为品牌商订单 店铺优惠折扣 平台优惠折扣 邮费 商品规格 售后状态 子订单编号 流量来源 商品种类数 收货人地区 详细收货地址/提货地址 分销员 订单发货时间 订单确认收货时间 订单完成结算时间 发货方式 收件人地址 "
    "区 买家备注 打标颜色 订单运费 商品优惠 跨店优惠 商品改价 积分抵扣 快递单号 技术服务费 运费险预计投保费用 带货方式 带货账号类型 带货账号昵称 带货费用渠道 带货费用类型 带货费用 带货佣金率 礼物单号 是否预售 "
    "商品平台券优惠 商品平均运费 定制信息 定制预览图 商品发货 商品售后 年龄 婚姻状况 身份证号 地址 详细地址 邮编 区县 age maritalstatus address zip zipcode postcode postalcode shippingaddress1 shippingzip shippingmethod taxes shipping "
    "discountcode fulfillmentstatus tags note notes lineitemdiscount trackingnumber 快递公司 运费 优惠总金额 收件地址 收货人地址 交易单号 商户单号"
)
"""Headers that exports carry and that fill no field of ours: they still show where a header row is."""
