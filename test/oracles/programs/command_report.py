"""A command-line tool: options, a CSV table, decimals, a formatted report."""
import argparse
import csv
import datetime
import decimal
import functools
import io
import string

parser = argparse.ArgumentParser(prog='report', description='Adds up a table.')
parser.add_argument('--currency', choices=['EUR', 'USD'], default='EUR')
parser.add_argument('--rate', type=decimal.Decimal, default='1.19')
parser.add_argument('-v', '--verbose', action='count', default=0)
sub = parser.add_subparsers(dest='command')
adding = sub.add_parser('add')
adding.add_argument('columns', nargs='+')
options = parser.parse_args(['--rate', '1.07', '-vv', 'add', 'net', 'gross'])
usage = parser.format_help()

table = io.StringIO(newline='')
writer = csv.writer(table)
writer.writerow(['day', 'net', 'note'])
start = datetime.date(2024, 1, 1)
for i in range(300):
    writer.writerow([start + datetime.timedelta(days=i), decimal.Decimal(i * 7919) / 100, 'row "%d", quoted' % i])
table.seek(0)


@functools.lru_cache(maxsize=16)
def taxed(amount):
    return (amount * options.rate).quantize(decimal.Decimal('0.01'), rounding=decimal.ROUND_HALF_EVEN)


months = {}
for row in csv.DictReader(table):
    day = datetime.datetime.strptime(row['day'], '%Y-%m-%d')
    net, gross = months.get(day.month, (0, 0))
    amount = decimal.Decimal(row['net'])
    months[day.month] = net + amount, gross + taxed(amount)
line = string.Template('$month: $net net, $gross gross')
report = '\n'.join(line.substitute(month=month, net=net, gross=format(gross, ',.2f')) for month, (net, gross) in sorted(months.items()))
assert len(months) == 10 and 'gross' in report and 'usage' in usage
