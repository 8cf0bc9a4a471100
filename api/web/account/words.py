"""Words for what accounts keep as codes."""

from api.web.language import Language
from api.web.translation import N_, sayer

_BROWSERS = {
    "wechat": N_("微信"),
    "alipay": N_("支付宝"),
    "dingtalk": N_("钉钉"),
    "chrome": "Chrome",
    "edge": "Edge",
    "firefox": "Firefox",
    "safari": "Safari",
    "qq": "QQ",
    "huawei": N_("华为浏览器"),
}
_SYSTEMS = {"Macintosh": "macOS", "other": N_("其他系统")}


def device_text(device: str, language: Language) -> str:
    """A session's `browser/system` in words."""
    say = sayer(language)
    browser, _, system = device.partition("/")
    shown = _BROWSERS.get(browser, N_("浏览器"))
    return f"{say(shown)} · {say(_SYSTEMS.get(system, system))}"
