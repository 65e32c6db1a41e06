"""SOAP as Sympa speaks it: RPC/encoded, arguments by position (measured on 6.2.70 and 6.2.76).

Text that is not ASCII goes out as base64Binary: sent as a string, one character above U+00FF leaves
a 6.2.70 list with an empty configuration, and the answer is still `true`. Text that comes back from
6.2.70 is UTF-8 read as Latin-1, and is repaired.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from wikifarm.errors import ListUndecided, NotSympa, UnexpectedAnswer, Unreachable
from wikifarm.i18n import _
from wikifarm.lists.soap_faults import error_of
from wikifarm.transport import PASSING, Answer, Network, Passing, passing, trying_again

Value = str | bool | None | list["Value"] | dict[str, "Value"]
Argument = str | Sequence[str]

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    f'<soap:Envelope xmlns:soap="{_ENVELOPE}"'
    ' xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    f' xmlns:xsi="{_XSI}"><soap:Body>'
)
_TAIL = "</soap:Body></soap:Envelope>"


class Soap:
    """One SOAP address."""

    def __init__(self, network: Network, url: str) -> None:
        self.url = url
        self._client = network.client()

    def read(self, operation: str, arguments: Sequence[Argument]) -> Value:
        """Asks, and asks again after a passing fault. Raises the error of a fault."""
        body = envelope(operation, arguments)

        def once() -> Value:
            try:
                return self._once(operation, body)
            except (Unreachable, ListUndecided) as fault:
                raise Passing from fault

        return trying_again(once)

    def write(self, operation: str, arguments: Sequence[Argument]) -> Value:
        """Asks once. After Unreachable or ListUndecided the caller must look at what was done."""
        return self._once(operation, envelope(operation, arguments))

    def _once(self, operation: str, body: bytes) -> Value:
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": f'"urn:sympasoap#{operation}"',
        }
        return answered(self._client.post_body(self.url, body, headers))


def envelope(operation: str, arguments: Sequence[Argument]) -> bytes:
    """The body of a request; a sequence of texts becomes a typed array, as Sympa wants it."""
    inside = "".join(_argument(f"a{number}", argument) for number, argument in enumerate(arguments))
    text = f'{_HEAD}<m:{operation} xmlns:m="urn:sympasoap">{inside}</m:{operation}>{_TAIL}'
    return text.encode()


def _argument(name: str, value: Argument) -> str:
    if isinstance(value, str):
        kind, text = _typed(value)
        return f'<{name} xsi:type="xsd:{kind}">{text}</{name}>'
    items = "".join(_argument("item", item) for item in value)
    size = f'soapenc:arrayType="xsd:anyType[{len(value)}]"'
    return f'<{name} xsi:type="soapenc:Array" {size}>{items}</{name}>'


def _typed(text: str) -> tuple[str, str]:
    if text.isascii():
        return "string", escape(text)
    return "base64Binary", base64.b64encode(text.encode()).decode()


def answered(answer: Answer) -> Value:
    """The value of an answer. Raises the error of a fault, or what stands for another page."""
    body = _body(answer)
    fault = body.find(f"{{{_ENVELOPE}}}Fault")
    if fault is not None:
        raise error_of(_text(fault, "faultcode"), _text(fault, "faultstring"), answer.url)
    response = next(iter(body), None)
    result = next(iter(response), None) if response is not None else None
    return _value(result) if result is not None else None


def _body(answer: Answer) -> ElementTree.Element:
    if "Envelope" not in answer.text:
        raise _other_page(answer)
    if "<!DOCTYPE" in answer.text:
        raise UnexpectedAnswer(_not_xml(), where=answer.url)
    try:
        # No entity can be declared without the DOCTYPE refused above.
        root = ElementTree.fromstring(answer.text.encode())  # noqa: S314
    except ElementTree.ParseError:
        raise UnexpectedAnswer(_not_xml(), where=answer.url) from None
    body = root.find(f"{{{_ENVELOPE}}}Body")
    if body is None:
        raise UnexpectedAnswer(_not_xml(), where=answer.url)
    return body


def _not_xml() -> str:
    return _("The list server answered something that cannot be read.")


def _other_page(answer: Answer) -> NotSympa | ListUndecided | Unreachable:
    if answer.status in PASSING:
        return passing(answer)
    if answer.status >= 500:
        return ListUndecided(
            _("The list server failed ({status}) and does not say what it did.").format(
                status=answer.status
            ),
            hint=_("Run the same command again: it first looks at what was done."),
            where=answer.url,
        )
    return NotSympa(
        _("What answers there is not the SOAP service of a Sympa ({status}).").format(
            status=answer.status
        ),
        hint=_(
            "WIKIFARM_SYMPA_URL is the address of the SOAP service, often /sympasoap, not that "
            "of the web pages."
        ),
        where=answer.url,
    )


def _text(fault: ElementTree.Element, name: str) -> str:
    element = fault.find(name)
    return (element.text or "").strip() if element is not None else ""


def _value(element: ElementTree.Element) -> Value:
    """The value of an element, whatever its name: Sympa's names differ from its WSDL."""
    children = list(element)
    kind = element.get(f"{{{_XSI}}}type", "").rpartition(":")[2]
    if kind == "Array" or element.tag.endswith("Array"):
        return [_value(child) for child in children]
    if children:
        return {child.tag.rpartition("}")[2]: _value(child) for child in children}
    if element.get(f"{{{_XSI}}}nil") == "true":
        return None
    text = element.text or ""
    if kind == "boolean":
        return text in ("true", "1")
    if kind == "base64Binary":
        return _decoded(text)
    return repaired(text)


def _decoded(text: str) -> str:
    try:
        return repaired(base64.b64decode(text).decode("utf-8", "replace"))
    except binascii.Error:
        return ""


def repaired(text: str) -> str:
    """Undoes UTF-8 read as Latin-1; anything else is left as it came."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text
