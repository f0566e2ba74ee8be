"""A report as text: f-strings, formats, templates, joins and alignment."""

from string import Template

HEAD = Template("$title\n$line\nRegion $region, $count rows\n")
NAMES = ("north", "south", "east", "west")


def row(number):
    amount = number * 37.25 % 5000
    share = amount / 5000
    bar = "#" * int(share * 20)
    return f"{number:>5} {NAMES[number % 4].title():<8} {amount:>10,.2f} {share:>7.1%} |{bar:<20}|"


def report(region, numbers):
    rows = [row(number) for number in numbers]
    head = HEAD.substitute(title="Sales", line="=" * 60, region=region, count=len(rows))
    foot = "{:-<60}\n{} rows, {:x} characters".format("", len(rows), sum(map(len, rows)))
    return head + "\n".join(rows) + "\n" + foot


def main():
    pages = [report(name, range(i, 6000, 4)) for i, name in enumerate(NAMES)]
    words = " ".join(pages).replace("|", " ").split()
    assert len(pages) == 4 and words.count("rows") == 4


main()
