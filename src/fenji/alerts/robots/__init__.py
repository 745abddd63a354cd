"""How do group robots want to be told? One file a service: address, signature, form, limits, and what its answers mean.

texts     as much of a text as a robot takes
wecom     WeCom 企业微信
dingtalk  DingTalk 钉钉
feishu    Feishu 飞书 and Lark
"""
