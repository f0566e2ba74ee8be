"""Orders in a database in memory: inserted, joined, summed up and changed."""

import sqlite3


def main():
    database = sqlite3.connect(":memory:")
    database.executescript(
        """
        create table customer (id integer primary key, name text);
        create table item (customer integer, article text, price real, quantity integer);
        create index item_customer on item (customer);
        """
    )
    database.executemany("insert into customer values (?, ?)", ((i, "Customer %d" % i) for i in range(200)))
    database.executemany(
        "insert into item values (?, ?, ?, ?)",
        ((i * 7 % 200, "A-%d" % (i % 300), i % 90 + 0.5, i % 5 + 1) for i in range(8000)),
    )
    rows = database.execute(
        "select name, count(*), sum(price * quantity) from customer join item on customer = id group by id order by 3"
    ).fetchall()
    assert len(rows) == 200
    database.row_factory = sqlite3.Row
    total = 0.0
    for row in database.execute("select * from item where quantity > 1"):
        total += row["price"] * row["quantity"]
    assert total > 0
    for i in range(2000):
        database.execute("update item set price = price + 1 where rowid = ?", (i,))
    database.commit()
    database.close()


main()
