"""What a password must be (GB/T 22239: of some complexity), and one's own change of it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from engine.codec import moment_text
from engine.errors import InvalidInput
from engine.store import organisation as statements

if TYPE_CHECKING:
    from processes.bureau import Bureau

SHORTEST, LONG, LONGEST = 8, 15, 128
KINDS = 3
RULE = (
    f"至少 {SHORTEST} 个字符，含大写字母、小写字母、数字、符号中的 {KINDS} 种；{LONG} 个字符以上的不限种类。"
    "不得含用户名、姓名，不得使用常见口令"
)
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# What is tried first, letters and digits only and in small letters: the years and signs around them do not help.
COMMON = (
    "password", "passw0rd", "p4ssword", "qwerty", "qwer1234", "1qaz2wsx", "asdfgh", "zxcvbn", "admin", "root", "welcome",
    "letmein", "abc123", "abcd1234", "a123456", "iloveyou", "woaini", "5201314", "123456", "654321", "111111", "888888",
    "666666", "000000", "112233", "147258", "changeme", "test1234", "chengban",
)  # fmt: skip
LEET = str.maketrans("@$0!1|", "asoiil")


def faults(password: str, user: str, name: str = "") -> list[str]:
    """What is wrong with it, in Chinese; nothing where it will do."""
    found = []
    if not SHORTEST <= len(password) <= LONGEST:
        found.append(f"口令应为 {SHORTEST} 至 {LONGEST} 个字符")
    kinds = (str.isupper, str.islower, str.isdigit, lambda sign: not sign.isalnum())
    if len(password) < LONG and sum(any(kind(sign) for sign in password) for kind in kinds) < KINDS:
        found.append(f"口令应含大写字母、小写字母、数字、符号中的 {KINDS} 种，或者不少于 {LONG} 个字符")
    plain = password.lower()
    if user.lower() in plain or (len(name) > 1 and name in password):
        found.append("口令不能含用户名或者姓名")
    if len(set(plain)) < 5:
        found.append("口令中重复的字符太多")
    bare = {"".join(sign for sign in each if sign.isalnum()) for each in (plain, plain.translate(LEET))}
    if any(word in each and len(each) - len(word) < 6 for word in COMMON for each in bare):
        found.append("这是常见口令，容易被猜中")
    return found


def one_time() -> str:
    """A password to be handed over once: 14 signs that are not mistaken for each other, of three kinds."""
    while True:
        made = "".join(secrets.choice(ALPHABET) for _ in range(14))
        if not faults(made, "\0"):
            return made


def change(bureau: Bureau, user: str, current: str, new: str, again: str) -> None:
    """One's own. Raises InvalidInput by field, Locked after too many wrong ones."""
    account, wrong = bureau.person(user), {}
    if found := faults(new, user, account.name):
        wrong["new"] = found
    if new != again:
        wrong["again"] = ["两次输入的新口令不一致"]
    if not wrong and new == current:
        wrong["new"] = ["新口令不能与原口令相同"]
    if not bureau.accounts.confirm(user, current[: LONGEST * 2]):
        wrong = {"current": ["原口令不正确"], **wrong}
    if wrong:
        raise InvalidInput("口令没有修改", wrong)
    hashed = bureau.accounts.hashed(new)
    with bureau.store.writing() as transaction:
        transaction.run(statements.set_password, {
            "of_user": user, "password": hashed, "must_change": False,
            "password_at": moment_text(bureau.cases.clock()),
        })  # fmt: skip
    bureau.accounts.forget(user)
