"""Which pages of docs/reference are made from the code? Run this after a change of commands, settings, metrics, tables, fields or errors."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import fenji
from fenji.analyze.metrics.registry import builtin_metrics
from fenji.answers.catalog import ANSWERS, FAILED
from fenji.answers.fields import Key, keys_of, problem_keys, records_below
from fenji.api.app import described_routes, routed
from fenji.api.asking import needs_of
from fenji.cli.failures import EXIT_CODES
from fenji.cli.main import program
from fenji.collect.findings import MESSAGES
from fenji.domain.access import RIGHTS_OF, Role
from fenji.domain.feeds import FEEDS
from fenji.domain.metrics import Metric
from fenji.domain.reasons import EXPECTED
from fenji.errors import FenjiError
from fenji.language import Language, translate
from fenji.settings import SETTINGS
from fenji.tables import insight
from fenji.tables.contracts import CONTRACTS

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/generate.py from the code; do not edit. -->"
SUFFIX = {Language.EN: ".md", Language.ZH: ".zh-CN.md"}
TITLES = {
    "commands": ("Commands", "命令"),
    "settings": ("Settings", "设置"),
    "metrics": ("Metrics", "指标"),
    "fields": ("Fields of sources.yaml", "sources.yaml 的字段"),
    "errors": ("Errors and exit codes", "错误与退出码"),
    "reasons": ("Why a row is left out", "哪些行不计入，为什么"),
    "messages": ("What map and start say of a file", "map 和 start 对文件的说明"),
    "api": ("Addresses of the API, and who may ask them", "API 的地址，以及谁可以访问"),
}


BUG = "Something nobody foresaw; the message names a file with details."
ERRORS_ZH = {
    "audit_broken": "审计记录与写入时不一致：有条目被改动、删除或换了位置。",
    "conflict": "与他人正在做的事，或先前的决定相冲突。",
    "forbidden": "提问者不可以查看或做的事。",
    "contract_broken": "某张表没有遵守约定；没有发布任何结果。",
    "invalid_input": "您提供的内容无法照原样使用。",
    "invalid_argument": "命令或函数的参数不在允许范围内。",
    "invalid_document": "YAML 文件（数据来源、指标、分级标准）中有无法使用的内容。",
    "invalid_file": "数据文件不是它所声称的格式，无法读取。",
    "invalid_settings": "fenji.toml 中有无法使用的内容。",
    "not_authenticated": "不知道是谁在问：没有登录或令牌，或者它无效、已经失效。",
    "too_many_attempts": "登录尝试过多，需要等待。",
    "nothing_kept": "某个来源一行也没有保留；只发布其余的数据会不声不响地少算。",
    "not_found": "所指的东西不存在。",
    "not_stored": "这个答案还没有计算过；只读取时不会去计算。",
    "damaged": "已存储的表与发布时不一致：不会根据它给出任何答案。",
    "unavailable": "外部的数据库、磁盘或软件包暂时不可用。",
    "changed_meanwhile": "调用方看过之后，别人又改了它。",
    "edition_missing": "请求没有说明看到的是第几次修改。",
    "business_key_taken": "这个业务键已用于另一笔积分业务。",
    "voucher_refused": "这张优惠券不能用于这笔订单，或不能由这位客户使用。",
    "voucher_used_up": "这个券码、这位客户、这项优惠或其预算已经没有可用次数。",
    "voucher_reserved": "券码已为其他订单预留。",
    "voucher_expired": "优惠券已过期。",
    "points_short": "可用积分不够。",
    "lot_expired": "积分本来够用，但其中一部分刚刚过期。",
    "rules_not_in_force": "那一天没有生效的积分计划版本。",
    "key_reused": "这个 Idempotency-Key 属于另一个请求。",
    "no_such_address": "这个地址不存在，或不能用这种方法访问。",
    "too_large": "请求内容超过了可以读取的大小。",
    "upload_broken": "文件还没有传完，连接就断开了。",
    "body_broken": "请求正文还没有传完，连接就断开了。",
    "too_slow": "请求正文迟迟没有传完。",
    "too_many_requests": "调用方的请求次数超过了允许的范围。",
    "unreadable_body": "请求内容不是只能以一种方式读懂的 JSON。",
    "key_taken": "另一个进程在同一时刻提交了同一个任务。",
    "worker_died": "后台进程一个接一个地在这个任务上意外终止。",
    "job_failed": "所等待的任务失败了。",
    "job_cancelled": "所等待的任务已被取消。",
    "bug": "没有人预料到的错误；提示中会给出记录详情的文件。",
}
"""What docstrings say in English; a code without its words here fails the build of the page."""


def pages() -> dict[str, str]:
    """Every generated page by file name."""
    makers = {
        "commands": _commands,
        "settings": _settings,
        "metrics": _metrics,
        "fields": _fields,
        "errors": _errors,
        "reasons": _reasons,
        "messages": _messages,
        "api": _api,
    }
    made = {}
    for name, maker in makers.items():
        for language in Language:
            body = "\n".join(maker(language))
            made[name + SUFFIX[language]] = f"{MADE}\n\n# {_either(language, *TITLES[name])}\n\n{body}\n"
    made["json.md"] = f"{MADE}\n\n# JSON answers\n\n" + "\n".join(_answers()) + "\n"
    made["tables.md"] = f"{MADE}\n\n# Tables\n\n" + "\n".join(_tables()) + "\n"
    made["openapi.json"] = json.dumps(routed().openapi(), ensure_ascii=False, indent=1) + "\n"
    return made


def _either(language: Language, english: str, chinese: str) -> str:
    return chinese if language is Language.ZH else english


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(head)
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"


def _commands(language: Language) -> Iterator[str]:
    top = program(language)
    context = top.make_context("fenji", [], resilient_parsing=True)
    yield "```text\n" + top.get_help(context).rstrip() + "\n```"
    for name, command in top.commands.items():
        yield from _command(command, f"fenji {name}", context)


def _command(command: object, path: str, above: object) -> Iterator[str]:
    context = command.make_context(path.rsplit(" ", maxsplit=1)[-1], [], parent=above, resilient_parsing=True)
    yield f"\n## {path}\n\n```text\n{command.get_help(context).rstrip()}\n```"
    for name, each in getattr(command, "commands", {}).items():
        yield from _command(each, f"{path} {name}", context)


def _settings(language: Language) -> Iterator[str]:
    yield _either(
        language,
        "Settings stand in `fenji.toml` of the workspace: where and how fenji runs. An environment variable wins over the file.",
        "设置写在工作区的 `fenji.toml` 里：在哪里、怎样运行。环境变量优先于文件。",
    )
    for setting in SETTINGS:
        about = setting.about
        unit = f" [{translate(about.unit, language)}]" if about.unit else ""
        gap = _either(language, " ", "")
        yield f"\n## {setting.name}\n\n{translate(about.help, language)}{unit}{gap}{translate(about.why, language)}\n"
        shown = setting.default or _either(language, "none", "无")
        yield f"- {_either(language, 'type', '类型')}: {translate(setting.type, language)}"
        yield f"- {_either(language, 'default', '默认')}: `{shown}`"
        if about.example:
            yield f"- {_either(language, 'example', '例子')}: `{setting.name} = {about.example}`"
        yield f"- {_either(language, 'environment', '环境变量')}: `{setting.environment}`"


def _metrics(language: Language) -> Iterator[str]:
    yield _either(
        language,
        "One number per customer at a date. `12m` is the twelve calendar months that end with that day, `30d` thirty days, `total` everything"
        " before. Those of membership years, which begin with the day on which the customer joined, are measured where a policy or `metrics.yaml`"
        " names them. The last three are made for every kind of event in your data; `visit` stands for any kind. Add your own in `metrics.yaml`.",
        "每个客户在某一天的一个数。`12m` 指以当天结束的十二个自然月，`30d` 指三十天，`total` 指此前全部。会员年度从客户加入那天算起，"
        "其指标只在分级标准或 `metrics.yaml` 用到时才计算。最后三个按数据中的每种事件各生成一份，"
        "这里以 `visit` 为例。自己的指标写在 `metrics.yaml` 里。",
    )
    yield ""
    head = [_either(language, *pair) for pair in (("metric", "指标"), ("name", "名称"), ("what it is", "含义"), ("unit", "单位"))]
    yield from _table(head, (_metric(each, language) for each in builtin_metrics(["visit"])))


def _metric(metric: Metric, language: Language) -> tuple[str, ...]:
    return f"`{metric.slug}`", metric.name.in_language(language), metric.sentence.in_language(language), str(metric.unit)


def _fields(language: Language) -> Iterator[str]:
    yield _either(
        language,
        "What may be fed in, and the fields of each feed. A field in bold is required. `fenji map` finds the columns by their headers.",
        "可以导入哪些表，每种表有哪些字段。粗体字段必填。`fenji map` 按表头找到对应的列。",
    )
    for feed, fields in FEEDS.items():
        yield f"\n## {feed}\n"
        head = [
            _either(language, "field", "字段"),
            _either(language, "meaning", "含义"),
            _either(language, "cells hold", "单元格内容"),
        ]
        rows = (
            (f"**{each.name}**" if each.required else each.name, _either(language, each.en, each.zh), str(each.cell))
            for each in fields
        )
        yield from _table(head, rows)


def error_classes() -> list[type[FenjiError]]:
    """Every error of the package, ours of the stages included, in the order of its tree."""
    for module in pkgutil.walk_packages(fenji.__path__, "fenji."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)

    def below(class_: type[FenjiError]) -> Iterator[type[FenjiError]]:
        for each in sorted(class_.__subclasses__(), key=lambda one: one.__name__):
            yield each
            yield from below(each)

    return [each for each in below(FenjiError) if each.__module__.startswith("fenji.")]


def _errors(language: Language) -> Iterator[str]:
    yield _either(
        language,
        "Every error lists all problems at once, each with its place. With `--json` it is the object"
        " `{error: {code, kind, retryable, problems: [{code, text, advice, file, row, column}]}}` on standard output.",
        "每个错误一次列出所有问题及其位置。加 `--json` 时，标准输出上是对象 `{error: {code, kind, retryable, problems: [{code, text, advice, file, row, column}]}}`。",
    )
    yield ""
    head = ["code", "kind", _either(language, "exit code", "退出码"), "retryable", _either(language, "meaning", "含义")]
    rows = {}
    for each in error_classes():
        words = _either(language, (each.__doc__ or "").split("\n")[0], ERRORS_ZH[each.code])
        rows.setdefault(
            each.code, (f"`{each.code}`", str(each.kind), str(EXIT_CODES[each.kind]), str(each.retryable).lower(), words)
        )
    yield from _table(
        head,
        [*rows.values(), ("`bug`", "bug", "70", "false", _either(language, BUG, ERRORS_ZH["bug"]))],
    )
    yield _either(
        language,
        "\nExit code 0 means that all went well, 6 that `fenji map` or `fenji start` waits for an answer, 130 that the command was interrupted.",
        "\n退出码 0 表示成功，6 表示 `fenji map` 或 `fenji start` 在等回答，130 表示命令被中断。",
    )


def _reasons(language: Language) -> Iterator[str]:
    yield _either(
        language,
        "A row that came in and is not in the clean base has one of these reasons, or the reason of a `drop` rule of `sources.yaml`.",
        "没有进入干净数据的每一行，都带有下列原因之一，或 `sources.yaml` 中 `drop` 规则写明的原因。",
    )
    yield ""
    head = [_either(language, "reason", "原因"), _either(language, "what was expected", "应当是什么")]
    yield from _table(head, ((f"`{reason}`", translate(text, language)) for reason, text in EXPECTED.items()))


def _messages(language: Language) -> Iterator[str]:
    yield _either(
        language,
        "Every message has a code that stays the same when its words change: `messages` of a source in `fenji map --json`. "
        "A message in `missing` keeps the file from being used; what to do about it stands in `refusals`.",
        "每条说明都有一个代码，措辞改变时代码不变：见 `fenji map --json` 中每个来源的 `messages`。列在 `missing` 里的说明表示文件没有采用，怎么办写在 `refusals` 里。",
    )
    yield ""
    head = [_either(language, *each) for each in (("code", "代码"), ("words", "措辞"), ("what to do", "怎么办"))]
    yield from _table(
        head,
        (
            (f"`{each.code}`", *(translate(text, language) if text else "" for text in (each.text, each.cure)))
            for each in MESSAGES
        ),
    )


ABOUT_JSON = """\
With `--json`, every command writes one JSON object to standard output and nothing else there. Exact numbers are amounts with both digits after
the point; shares are 0 to 1; dates are `2026-01-31`. What cannot be known is `null`. Keys may be added in later versions, never renamed.

A command that fails writes one object with `error` and ends with the [exit code](errors.md) of its kind. Texts are in the language of the answer;
scripts should use `code`."""


def _answers() -> Iterator[str]:
    yield ABOUT_JSON
    seen: set[type] = set()
    for name, record in {"a command that fails": FAILED, **{f"fenji {name}": each for name, each in ANSWERS.items()}}.items():
        yield f"\n## {name}\n\n{_first_line(record)}\n"
        yield from _keys(keys_of(record))
        for inner in records_below(record):
            if inner not in seen:
                seen.add(inner)
                yield f"\n### {inner.__name__}\n\n{_first_line(inner)}\n"
                yield from _keys(keys_of(inner))
    yield "\n## Problem\n\nOne thing that is wrong, or that should be known.\n"
    yield from _keys(problem_keys())


def _first_line(record: type) -> str:
    return (inspect.getdoc(record) or "").splitlines()[0]


def _keys(keys: Iterable[Key]) -> Iterator[str]:
    yield from _table(
        ["key", "type", "meaning"], ((f"`{each.name}`", each.type, each.meaning.replace("``", "`")) for each in keys)
    )


def _tables() -> Iterator[str]:
    yield "The tables of the store, as Parquet under `store/<table>/run=<run_id>/`. Keys are in bold; `?` marks a column that may be null."
    for contract in (*CONTRACTS.values(), insight.customer_metric(builtin_metrics())):
        yield f"\n## {contract.full_name}\n\n{contract.grain[0].upper()}{contract.grain[1:]}. Written by `{contract.writer}`.\n"
        rows = (
            (
                f"**{each.name}**" if each.name in contract.key else each.name,
                each.type + (" ?" if each.nullable else ""),
                each.meaning,
            )
            for each in contract.columns
        )
        yield from _table(("column", "type", "meaning"), rows)


def _api(language: Language) -> Iterator[str]:
    """Every route, the right that it needs, and the roles that give it."""
    yield _either(
        language,
        "All addresses begin with `/api/v1`; their parameters, bodies and answers stand in [openapi.json](openapi.json). A token has the rights "
        "that it was made with, as far as its person has them.",
        "所有地址都以 `/api/v1` 开头；参数、请求内容和答案见 [openapi.json](openapi.json)。令牌只有生成时给它的权限，并且不超过其所有者的权限。",
    )
    yield ""
    head = [_either(language, "method and address", "方法和地址"), _either(language, "right", "权限"), *Role]
    rows = []
    for route in sorted(described_routes(), key=lambda each: (each.path_format, sorted(each.methods))):
        rights = needs_of(route.endpoint)
        may = ["yes" if rights <= RIGHTS_OF[role] else "–" for role in Role]
        rows.append((f"`{', '.join(sorted(route.methods))} {route.path_format}`", ", ".join(sorted(rights)) or "–", *may))
    yield from _table(head, rows)


def lacking(old: object, new: object, place: str = "") -> Iterator[str]:
    """What a description had and has no more: clients may rely on it, so nothing of it is taken away within v1."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, each in old.items():
            if name in ("description", "summary"):
                continue
            if name not in new:
                yield f"{place}/{name}"
            else:
                yield from lacking(each, new[name], f"{place}/{name}")
    elif isinstance(old, list) and isinstance(new, list) and place.endswith(("/required", "/enum", "/type")):
        gone = [each for each in old if each not in new]
        if gone and not place.endswith("/required"):
            yield f"{place}: {gone}"
        more = [each for each in new if each not in old]
        if more and place.endswith("/required") and "/requestBody/" in place:
            yield f"{place}: {more} is asked for now"


def main() -> None:
    """Writes the pages; refuses a description of the API that has lost something, unless it is told that this is wanted."""
    REFERENCE.mkdir(exist_ok=True)
    made, file = pages(), REFERENCE / "openapi.json"
    gone = list(lacking(json.loads(file.read_text("utf-8")), json.loads(made["openapi.json"]))) if file.is_file() else []
    if gone and "--take-away" not in sys.argv:
        sys.exit("the API has lost what clients may rely on:\n" + "\n".join(gone))
    for name, text in made.items():
        (REFERENCE / name).write_text(text, "utf-8")
        sys.stdout.write(f"docs/reference/{name}\n")


if __name__ == "__main__":
    main()
