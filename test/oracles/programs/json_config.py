"""Configuration files as JSON: made, written, read, changed, written again."""
import json

services = [
    {
        'name': 'service-%d' % i,
        'port': 8000 + i,
        'weights': [i / 7, i * 1.5, -1e-3 * i],
        'tags': ['alpha', 'beta', 'caf\u00e9 %d' % i],
        'enabled': i % 3 == 0,
        'limits': {'memory': 2 ** (i % 70), 'cpu': None},
    }
    for i in range(150)
]
text = json.dumps({'services': services}, indent=2, sort_keys=True)
for round in range(4):
    config = json.loads(text)
    for service in config['services']:
        service['port'] += round
        service['tags'].append('round-%d' % round)
    text = json.dumps(config, ensure_ascii=bool(round % 2), separators=(',', ':'))
failures = 0
for broken in ('{"a": }', '[1, 2', '"\\ud8"', 'nul'):
    try:
        json.loads(broken)
    except ValueError as error:
        failures += len(str(error)) > 0
assert failures == 4 and len(json.loads(text)['services']) == 150
