"""PyMySQL: values of all kinds, executemany, server-side cursors, transactions, and reflection.

Arguments: host, ports with commas between, database. Ends with an exception when something is wrong."""

import datetime
import decimal
import itertools
import json
import sys

import pymysql
import pymysql.cursors

host, ports, database = sys.argv[1:]
connections = [
    pymysql.connect(host=host, port=int(port), user="root", database=database, charset="utf8mb4", autocommit=True)
    for port in ports.split(",")
]
turn = itertools.cycle(connections)


def run(sql, values=None):
    with next(turn).cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def same(actual, expected):
    assert actual == expected, f"expected {expected!r}, got {actual!r}"


run(
    """CREATE TABLE sample (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) COLLATE utf8mb4_bin NOT NULL, amount DECIMAL(20,6),
       ratio DOUBLE, day DATE, at DATETIME(6), span TIME(6), year YEAR, raw LONGBLOB, doc JSON, yes BOOL, CHECK (ratio < 1000))"""
)
moment = datetime.datetime(2024, 2, 29, 23, 59, 59, 999999)
span = datetime.timedelta(hours=200, microseconds=5)
row = (
    "naïve \U0001f333 'quoted' \\ \n",
    decimal.Decimal("12345678901234.123456"),
    0.1,
    datetime.date(1999, 12, 31),
    moment,
    span,
    2024,
    bytes(range(256)),
    json.dumps({"a": [1, None, "ü"]}),
    True,
)
marks = ", ".join(["%s"] * len(row))
columns = "name, amount, ratio, day, at, span, year, raw, doc, yes"
run(f"INSERT INTO sample ({columns}) VALUES ({marks})", row)
[found] = run(f"SELECT {columns} FROM sample")
same(found[:8], row[:8])
same(json.loads(found[8]), {"a": [1, None, "ü"]})
same(found[9], 1)

with next(turn).cursor() as cursor:
    cursor.executemany("INSERT INTO sample (name, ratio) VALUES (%s, %s)", [(f"n{i}", i / 8) for i in range(2000)])
    same(cursor.rowcount, 2000)

for number, sql in [
    (1062, "INSERT INTO sample (id, name) SELECT id, 'again' FROM sample LIMIT 1"),
    (3819, "INSERT INTO sample (name, ratio) VALUES ('large', 1e6)"),
    (1048, "INSERT INTO sample (name) VALUES (NULL)"),
    (1146, "SELECT * FROM nowhere"),
    (1064, "SELEKT"),
]:
    try:
        run(sql)
    except pymysql.err.MySQLError as error:
        same(error.args[0], number)
    else:
        raise AssertionError(f"{sql} has worked")

run("ALTER TABLE sample ADD COLUMN half DOUBLE AS (ratio / 2) STORED, ADD KEY by_half (half), DROP COLUMN year")
same(run("SELECT COUNT(*), MAX(half) FROM sample FORCE INDEX (by_half) WHERE half >= 100"), ((400, 124.9375),))

with next(turn).cursor(pymysql.cursors.SSCursor) as cursor:
    cursor.execute("SELECT id, name FROM sample ORDER BY id")
    same(sum(1 for _ in cursor), 2001)

one = next(turn)
one.begin()
with one.cursor() as cursor:
    cursor.execute("UPDATE sample SET name = 'lost'")
one.rollback()
same(run("SELECT COUNT(*) FROM sample WHERE name = 'lost'"), ((0,),))

with next(turn).cursor(pymysql.cursors.DictCursor) as cursor:
    cursor.execute("SHOW FULL COLUMNS FROM sample LIKE 'half'")
    [half] = cursor.fetchall()
    same((half["Field"], half["Type"], half["Extra"], half["Key"]), ("half", "double", "STORED GENERATED", "MUL"))
    cursor.execute("SELECT id, amount, day FROM sample LIMIT 1")
    same([column[0] for column in cursor.description], ["id", "amount", "day"])
[check] = run("SELECT constraint_name, check_clause FROM information_schema.check_constraints WHERE constraint_schema = %s", (database,))
same((check[0], check[1].replace("`", "")), ("sample_chk_1", "(ratio < 1000)"))
[(_, text)] = run("SHOW CREATE TABLE sample")
run("RENAME TABLE sample TO old")
run(text)
same(run("SHOW CREATE TABLE sample")[0][1].split("AUTO_INCREMENT=")[0], text.split("AUTO_INCREMENT=")[0])
for connection in connections:
    connection.ping(reconnect=False)
    connection.close()
