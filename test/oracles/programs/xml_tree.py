"""A feed as XML: built, printed, parsed by events and by a SAX handler."""
import io
import xml.etree.ElementTree as ElementTree
from xml.sax import handler, parseString

feed = ElementTree.Element('feed', {'version': '1'})
for i in range(250):
    item = ElementTree.SubElement(feed, 'item', id=str(i), kind=('news', 'blog')[i % 2])
    ElementTree.SubElement(item, 'title').text = 'Title %d & more \u2013 <x>' % i
    ElementTree.SubElement(item, 'price').text = '%.2f' % (i * 1.25)
text = ElementTree.tostring(feed)
prices = [float(element.text) for event, element in ElementTree.iterparse(io.BytesIO(text)) if element.tag == 'price']
root = ElementTree.fromstring(text)
news = root.findall("./item[@kind='news']/title")


class Titles(handler.ContentHandler):
    def __init__(self):
        handler.ContentHandler.__init__(self)
        self.depth, self.found = 0, []

    def startElement(self, name, attrs):
        self.depth += 1
        if name == 'item':
            self.found.append(attrs.getValue('id'))

    def endElement(self, name):
        self.depth -= 1


titles = Titles()
parseString(text, titles)
assert len(prices) == 250 and len(news) == 125 and len(titles.found) == 250 and titles.depth == 0
