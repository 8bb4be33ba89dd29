"""From SuiteQL's Oracle dialect to SQLite's: paging words, ROWNUM, BUILTIN.DF, dates, and what is refused outright."""

from __future__ import annotations

import re
from datetime import datetime

from sandbox.netsuite import errors
from sandbox.netsuite.books.schema import DATE_COLUMNS
from sandbox.netsuite.suiteql.display import display_tokens
from sandbox.netsuite.suiteql.tokens import Token, closing, operator, tokenise

_MOST_IN_LIST = 1000
_COMPARISONS = ("=", "<", ">", "<=", ">=", "<>", "!=")
_ACCOUNT_DATE = re.compile(r"'(\d{1,2})/(\d{1,2})/(\d{4})'")
_RENAMED = {"NVL": "IFNULL", "SYSDATE": "sysdate()", "CURRENT_DATE": "sysdate()", "MINUS": "EXCEPT"}
# Words SQLite keeps for itself and Oracle does not: as names they must be quoted.
_SQLITE_WORDS = frozenset({"TRANSACTION", "NOTHING", "RETURNING", "DEFERRABLE", "ISNULL", "NOTNULL", "AUTOINCREMENT"})
_REFUSED_WORDS = ("LIMIT", "PRAGMA", "ATTACH")


def to_sqlite(query: str) -> str:
    """One SQLite SELECT for a SuiteQL query. Raises the 400 of an invalid search query."""
    tokens = tokenise(query)
    if not tokens or tokens[0].word not in ("SELECT", "WITH"):
        raise errors.invalid_query("Search error occurred: Invalid or unsupported search. Only SELECT is supported.")
    for token in tokens:
        _refuse_word(token)
    _check_in_lists(tokens)
    tokens = _date_literals(tokens)
    tokens = _display_names(tokens)
    tokens = _row_limits(tokens)
    tokens = _row_numbers(tokens)
    return " ".join(_written(token) for token in tokens)


def _refuse_word(token: Token) -> None:
    name = token.text.strip('"').lower() if token.kind in ("name", "quoted") else ""
    if token.word in _REFUSED_WORDS:
        raise errors.invalid_query(f"Search error occurred: Invalid or unsupported search near '{token.text}'.")
    if name.startswith(("sandbox_", "sqlite_")):
        raise errors.invalid_query(f"Search error occurred: Record '{name}' was not found.")


def _written(token: Token) -> str:
    """A token as SQLite reads it. Brackets, because SQLite takes an unknown "name" for a text."""
    if token.kind == "quoted":
        return f"[{token.text[1:-1].replace(']', '')}]"
    if token.kind == "name":
        if token.word in _SQLITE_WORDS:
            return f"[{token.text}]"
        return _RENAMED.get(token.word, token.text)
    return token.text


def _check_in_lists(tokens: list[Token]) -> None:
    for index, token in enumerate(tokens[:-1]):
        if token.word != "IN" or tokens[index + 1].word != "(":
            continue
        end = closing(tokens, index + 1)
        inside = tokens[index + 2 : end]
        if inside and inside[0].word != "SELECT" and sum(entry.word == "," for entry in inside) >= _MOST_IN_LIST:
            raise errors.invalid_query("ORA-01795: maximum number of expressions in a list is 1000.")


def _date_literals(tokens: list[Token]) -> list[Token]:
    """A text compared with a date column must be in the account's format (MM/DD/YYYY); it becomes a stored date."""
    done = list(tokens)
    for index, token in enumerate(tokens):
        if token.kind != "name" or token.text.lower() not in DATE_COLUMNS:
            continue
        following = tokens[index + 1 : index + 5]
        if len(following) >= 2 and following[0].word in _COMPARISONS and following[1].kind == "string":
            done[index + 2] = _stored_date(following[1])
        if len(following) == 4 and following[0].word == "BETWEEN":
            for offset in (2, 4):
                if tokens[index + offset].kind == "string":
                    done[index + offset] = _stored_date(tokens[index + offset])
    return done


def _stored_date(token: Token) -> Token:
    match = _ACCOUNT_DATE.fullmatch(token.text)
    try:
        if match is None:
            raise ValueError(token.text)
        day = datetime(int(match[3]), int(match[1]), int(match[2]))  # noqa: DTZ001 - a calendar date
    except ValueError as error:
        raise errors.invalid_query("ORA-01861: literal does not match format string.") from error
    return Token("string", f"'{day:%Y-%m-%dT%H:%M:%S}'")


def _display_names(tokens: list[Token]) -> list[Token]:
    """BUILTIN.DF(column) becomes the subquery or CASE that gives the column's display name."""
    done: list[Token] = []
    index = 0
    while index < len(tokens):
        if [token.word for token in tokens[index : index + 4]] == ["BUILTIN", ".", "DF", "("]:
            end = closing(tokens, index + 3)
            done += display_tokens(tokens[index + 4 : end])
            index = end + 1
        else:
            done.append(tokens[index])
            index += 1
    return done


def _row_limits(tokens: list[Token]) -> list[Token]:
    """OFFSET n ROWS and FETCH FIRST n ROWS ONLY become LIMIT and OFFSET in place."""
    done: list[Token] = []
    index = 0
    while index < len(tokens):
        words = [token.word for token in tokens[index : index + 5]]
        if words[:1] == ["OFFSET"] and words[2:3] in (["ROWS"], ["ROW"]):
            offset = tokens[index + 1]
            index += 3
            fetched = _fetched(tokens, index)
            done += [operator("LIMIT"), fetched or operator("-1"), operator("OFFSET"), offset]
            index += 5 if fetched is not None else 0
        elif (fetched := _fetched(tokens, index)) is not None:
            done += [operator("LIMIT"), fetched]
            index += 5
        else:
            done.append(tokens[index])
            index += 1
    return done


def _fetched(tokens: list[Token], index: int) -> Token | None:
    words = [token.word for token in tokens[index : index + 5]]
    if len(words) < 5 or words[0] != "FETCH":
        return None
    is_right = words[1] in ("FIRST", "NEXT") and words[3] in ("ROWS", "ROW") and words[4] == "ONLY"
    if not is_right or tokens[index + 2].kind not in ("number", "parameter"):
        raise errors.invalid_query("Search error occurred: Invalid or unsupported search near 'FETCH'.")
    return tokens[index + 2]


def _row_numbers(tokens: list[Token]) -> list[Token]:
    """`ROWNUM <= n` becomes a LIMIT of its query; ROWNUM elsewhere becomes a row number."""
    done = list(tokens)
    index = 0
    while index < len(done):
        if done[index].word != "ROWNUM":
            index += 1
            continue
        following = done[index + 1 : index + 3]
        if len(following) == 2 and following[0].word in ("<", "<=") and following[1].kind == "number":
            most = int(float(following[1].text)) - (following[0].word == "<")
            done[index : index + 3] = [operator("1=1")]
            end = _query_end(done, index)
            done[end:end] = [operator("LIMIT"), Token("number", str(max(most, 0)))]
        else:
            done[index : index + 1] = [operator("ROW_NUMBER() OVER ()")]
        index += 1
    return done


def _query_end(tokens: list[Token], start: int) -> int:
    """Where the query around `start` ends: its closing parenthesis, or the end of the text."""
    depth = 0
    for index in range(start, len(tokens)):
        word = tokens[index].word
        if depth == 0 and word == "LIMIT":
            raise errors.invalid_query("Search error occurred: ROWNUM and FETCH cannot be combined.")
        depth += (word == "(") - (word == ")")
        if depth < 0:
            return index
    return len(tokens)
