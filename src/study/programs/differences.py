"""Two versions of a text: wrapped, compared line by line, and shown as a patch."""

import difflib
import textwrap

WORDS = "the count of objects that a program makes is the same each time it runs if nothing else changes".split()


def paragraph(number, changed):
    words = [WORDS[(i * 7 + number) % len(WORDS)] for i in range(90)]
    if changed and number % 4 == 0:
        words[number % 80] = "changed"
        words[30:33] = ["other", "words", "here", "now"]
    return textwrap.fill(" ".join(words), 60)


def main():
    before = "\n\n".join(paragraph(number, False) for number in range(40)).splitlines()
    after = "\n\n".join(paragraph(number, True) for number in range(40)).splitlines()
    patch = list(difflib.unified_diff(before, after, "before", "after", lineterm=""))
    assert sum(line.startswith("+") for line in patch) > 10
    assert difflib.get_close_matches("objekts", WORDS) == ["objects"]


main()
