"""XML from strangers: no DTD, no entities, no network, and bounds on size, depth and nodes.

Two passes: expat sees every declaration before anything is expanded and stops at the first DOCTYPE; only what
passes it reaches libxml2, which builds the tree with line numbers.
"""

from __future__ import annotations

from xml.parsers import expat

from lxml import etree

from engine.errors import DeploymentError, Fault

MAXIMUM_BYTES = 10 * 1024 * 1024
MAXIMUM_DEPTH = 250  # libxml2 itself stops at 256
MAXIMUM_NODES = 500_000

_REASONS = {
    2: "语法有误",
    3: "文件中没有内容",
    4: "有不允许出现的字符",
    5: "有没写完的标签",
    7: "结束标签与开始标签不一致",
    8: "同一标签里属性重复",
    9: "根元素之后还有多余内容",
    11: "引用了未定义的实体",
    18: "不支持此编码，请用 UTF-8",
}


class _RefusedError(Exception):
    def __init__(self, code: str, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = (code, line, sentence)


def parse(xml: bytes, file: str, maximum_bytes: int = MAXIMUM_BYTES) -> etree._Element:
    """The root of a well-formed document within bounds; raises DeploymentError with one fault."""
    if len(xml) > maximum_bytes:
        raise _error(
            file, "xml_size", 0, f"文件有 {len(xml)} 字节，超过上限 {maximum_bytes} 字节（10 MB），不予读取"
        )
    try:
        _inspect(xml)
    except _RefusedError as refused:
        raise _error(file, *refused.fault) from None
    except (ValueError, LookupError) as error:
        raise _error(file, "xml_malformed", 0, "文件编码无法识别，请用 UTF-8") from error
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise _error(file, "xml_malformed", line, f"XML 格式不正确（第 {line} 行）：{error.msg}") from None


def _inspect(xml: bytes) -> None:
    parser = expat.ParserCreate()
    depth = nodes = 0

    def doctype(*_: object) -> None:
        raise _RefusedError(
            "xml_doctype", parser.CurrentLineNumber, "文件含有 DOCTYPE 声明，出于安全一律不接受，请删去后重试"
        )

    def opened(_name: str, attributes: list[str]) -> None:
        nonlocal depth, nodes
        depth += 1
        nodes += 1 + len(attributes) // 2
        if depth > MAXIMUM_DEPTH:
            raise _RefusedError(
                "xml_depth", parser.CurrentLineNumber, f"元素嵌套超过 {MAXIMUM_DEPTH} 层，不予读取"
            )
        if nodes > MAXIMUM_NODES:
            raise _RefusedError(
                "xml_nodes", parser.CurrentLineNumber, f"元素和属性超过 {MAXIMUM_NODES} 个，不予读取"
            )

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        reason = _REASONS.get(error.code, expat.ErrorString(error.code) or "")
        raise _RefusedError(
            "xml_malformed",
            error.lineno,
            f"XML 格式不正确：第 {error.lineno} 行第 {error.offset + 1} 列，{reason}",
        ) from None


def _error(file: str, code: str, line: int, sentence: str) -> DeploymentError:
    return DeploymentError([Fault(file, line, "", code, sentence)])
