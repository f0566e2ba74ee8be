"""The instructions of a program, as `dis` of the interpreter that runs this names them, as JSON. No code is run.

    python3 listing.py PROGRAM.py

listing.ts says what the fields are.
"""
import dis
import json
import sys
import types


def codes(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes(constant)


def instructions(code):
    starts = sorted((start, line) for start, line in dis.findlinestarts(code))
    rows, prefix = [], 0
    for one in dis.get_instructions(code):
        if one.opname == "EXTENDED_ARG":
            prefix += 2
            continue
        line = None
        if hasattr(code, "co_positions"):
            line = list(code.co_positions())[one.offset // 2][0]
        else:
            for start, number in starts:
                if start <= one.offset:
                    line = number
        rows.append({
            "function": getattr(code, "co_qualname", code.co_name), "firstLine": code.co_firstlineno,
            "size": len(code.co_code), "start": one.offset - prefix, "offset": one.offset, "line": line, "opcode": one.opname,
        })
        prefix = 0
    for row, following in zip(rows, rows[1:] + [{"start": len(code.co_code)}]):
        row["end"] = following["start"]
    return rows


if __name__ == "__main__":
    path = sys.argv[1]
    with open(path, encoding="utf-8") as file:
        source = file.read()
    module = compile(source, path, "exec", dont_inherit=True)
    json.dump([row for code in codes(module) for row in instructions(code)], sys.stdout)
