"""Reads an access log with regular expressions and adds it up."""
import re
from collections import Counter, OrderedDict, defaultdict, namedtuple

Entry = namedtuple('Entry', 'host when request status size')
LINE = re.compile(r'(?P<host>\S+) - - \[(?P<when>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d{3}) (?P<size>\d+|-)')

lines = [
    '10.0.%d.%d - - [01/Jan/2024:00:%02d:%02d +0000] "GET /item/%d?x=%d HTTP/1.1" %d %s'
    % (i % 7, i % 250, i // 60 % 60, i % 60, i % 97, i * 31, (200, 301, 404, 500)[i % 4], i * 137 if i % 5 else '-')
    for i in range(800)
]
entries = []
for match in map(LINE.match, lines):
    size = match.group('size')
    entries.append(Entry(match['host'], match['when'], match['request'], int(match['status']), int(size) if size != '-' else 0))

by_status, by_path = Counter(entry.status for entry in entries), defaultdict(list)
for entry in entries:
    path = re.sub(r'\?.*', '', entry.request.split()[1])
    by_path[path].append(entry.size)
largest = OrderedDict(sorted(((path, max(sizes)) for path, sizes in by_path.items()), key=lambda pair: (-pair[1], pair[0])))
words = re.findall(r'\b[a-z]{3,}\b', ' '.join(lines[:50]), re.I)
parts = re.split(r'[\s"\[\]]+', lines[3])
assert by_status[200] == 200 and len(largest) == 97 and words and len(parts) > 5
