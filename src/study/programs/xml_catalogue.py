"""A catalogue as XML: built, written, parsed, searched and changed."""

import xml.etree.ElementTree as ET


def catalogue(books):
    root = ET.Element("catalogue")
    for number in range(books):
        book = ET.SubElement(root, "book", id="b%d" % number, shelf="%d" % (number % 12))
        ET.SubElement(book, "title").text = "Title & number %d" % number
        for i in range(number % 3 + 1):
            ET.SubElement(book, "author").text = "Author %d" % ((number + i) % 90)
        ET.SubElement(book, "price", currency="EUR").text = "%.2f" % (5 + number % 40)
    return root


def main():
    text = ET.tostring(catalogue(2500), encoding="unicode")
    root = ET.fromstring(text)
    authors = {}
    for book in root.iter("book"):
        price = float(book.findtext("price"))
        for author in book.findall("author"):
            authors.setdefault(author.text, []).append(price)
        book.set("shelf", "s" + book.get("shelf"))
    assert len(authors) == 90
    assert len(root.findall(".//book[@shelf='s3']")) == 209
    assert len(ET.tostring(root)) > len(text)


main()
