"""How is something told to another system or to people outside? The only room that sends; it knows no state and asks nothing.

outcomes   what came of one attempt
addresses  whether an address may be reached
posting    one request over HTTPS, to an address that was checked
webhooks   CloudEvents with the signature of Standard Webhooks
robots     group robots of WeCom, DingTalk and Feishu
mail       mail by SMTP with TLS
"""
