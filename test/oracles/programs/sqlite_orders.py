"""Orders in an in-memory database: inserts, an aggregate in Python, joins, a transaction that is rolled back."""
import sqlite3


class Longest:
    def __init__(self):
        self.value = ''

    def step(self, value):
        if len(value) > len(self.value):
            self.value = value

    def finalize(self):
        return self.value


database = sqlite3.connect(':memory:')
database.create_aggregate('longest', 1, Longest)
database.execute('CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT)')
database.execute('CREATE TABLE purchase (customer INTEGER, amount REAL, note TEXT)')
database.executemany('INSERT INTO customer VALUES (?, ?)', ((i, 'customer-%d' % i) for i in range(50)))
database.executemany('INSERT INTO purchase VALUES (?, ?, ?)', [(i % 50, i * 0.25, 'n' * (i % 13)) for i in range(1000)])
rows = database.execute(
    'SELECT name, sum(amount), longest(note) FROM customer JOIN purchase ON customer = id GROUP BY id ORDER BY id').fetchall()
database.commit()
try:
    with database:
        database.execute('DELETE FROM purchase')
        raise KeyError('no')
except KeyError:
    pass
(left,) = database.execute('SELECT count(*) FROM purchase').fetchone()
database.close()
assert len(rows) == 50 and left == 1000
